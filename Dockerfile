# One image for every part: web (the default command), engine, tasks, watchdog.
FROM python:3.11-slim AS packages
COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes --only-binary :all: -r /tmp/runtime.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEMO=0 \
    DATA_DIR=/data
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin watchbill \
 && install --directory --owner watchbill --group watchbill --mode 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
# Named one by one: what is not listed here, such as .env or a local database, never gets in.
COPY manage.py CHANGELOG.md ./
COPY config config
COPY core core
COPY notify notify
COPY incidents incidents
COPY oncall oncall
COPY statuspage statuspage
COPY postmortems postmortems
COPY playbooks playbooks
USER watchbill
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
# The log format leaves the path out: paths of senders and replies hold secrets.
CMD ["granian", "--interface", "asginl", "--no-ws", "--http", "1", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "30", \
     "--http1-header-read-timeout", "10000", "--access-log", \
     "--access-log-fmt", "{\"t\":\"%(time)s\",\"m\":\"%(method)s\",\"s\":%(status)d,\"ms\":%(dt_ms).3f}", \
     "config.asgi:application"]
