"""Addresses of the REST API of oncall."""

from django.urls import URLPattern, path, re_path

from oncall.api import (
    calendars_in,
    eligibility,
    feeds,
    foreign,
    handoffs,
    holidays,
    overrides,
    quality,
    reports,
    schedules,
    swaps,
    v1,
)

urlpatterns: list[URLPattern] = [
    re_path(r"^oncall/now/?\Z", v1.OnCallNow.as_view(), name="api-oncall-now"),
    path("oncall/", schedules.OnCallAt.as_view(), name="api-oncall"),
    path("schedules/", schedules.Schedules.as_view(), name="api-schedules"),
    path("schedules/<slug>/", schedules.OneSchedule.as_view(), name="api-schedule"),
    path("schedules/<slug>/final/", schedules.FinalSchedule.as_view(), name="api-schedule-final"),
    path("schedules/<slug>/gaps/", schedules.Gaps.as_view(), name="api-schedule-gaps"),
    path("schedules/<slug>/preview/", schedules.Preview.as_view(), name="api-schedule-preview"),
    path(
        "schedules/<slug>/quality/", quality.ScheduleQuality.as_view(), name="api-schedule-quality"
    ),
    path("schedules/<slug>/overrides/", overrides.Overrides.as_view(), name="api-overrides"),
    path("schedules/<slug>/overrides/<pk>/", overrides.OneOverride.as_view(), name="api-override"),
    path("schedules/<slug>/import-calendar/", calendars_in.TurnsIn.as_view(), name="api-turns-in"),
    path("schedules/<slug>/take/", swaps.TakenPager.as_view(), name="api-take-pager"),
    path("schedules/<slug>/swaps/", swaps.Swaps.as_view(), name="api-swaps"),
    path("schedules/<slug>/swaps/<pk>/", swaps.OneSwap.as_view(), name="api-swap"),
    path("schedules/<slug>/swaps/<pk>/<verb>/", swaps.SwapVerb.as_view(), name="api-swap-verb"),
    path("handoffs/", handoffs.Handoffs.as_view(), name="api-handoffs"),
    path("handoffs/<pk>/", handoffs.OneHandoff.as_view(), name="api-handoff"),
    path("handoffs/<pk>/accept/", handoffs.AcceptedHandoff.as_view(), name="api-handoff-accept"),
    path("holiday-calendars/", holidays.HolidayCalendars.as_view(), name="api-holiday-calendars"),
    path(
        "holiday-calendars/<pk>/",
        holidays.OneHolidayCalendar.as_view(),
        name="api-holiday-calendar",
    ),
    path("holiday-calendars/<pk>/days/", holidays.Holidays.as_view(), name="api-holidays"),
    path("holiday-calendars/<pk>/days/<day>/", holidays.OneHoliday.as_view(), name="api-holiday"),
    path("reports/oncall/", reports.OnCallReport.as_view(), name="api-report-oncall"),
    path("reports/oncall/csv/", reports.OnCallReportLines.as_view(), name="api-report-oncall-csv"),
    path("reports/oncall/paid/", reports.PaidReport.as_view(), name="api-report-oncall-paid"),
    path("unavailability/", swaps.Absences.as_view(), name="api-absences"),
    path(
        "unavailability/import-calendar/", calendars_in.AbsencesIn.as_view(), name="api-absences-in"
    ),
    path("unavailability/<pk>/", swaps.OneAbsence.as_view(), name="api-absence"),
    path(
        "users/<username>/eligibility/",
        eligibility.OneEligibility.as_view(),
        name="api-eligibility",
    ),
    path("foreign-calendars/", foreign.ForeignCalendars.as_view(), name="api-foreign-calendars"),
    path(
        "foreign-calendars/<pk>/", foreign.OneForeignCalendar.as_view(), name="api-foreign-calendar"
    ),
    path(
        "foreign-calendars/<pk>/refresh/",
        foreign.RefreshedForeignCalendar.as_view(),
        name="api-foreign-calendar-refresh",
    ),
    path("calendar-feeds/", feeds.Feeds.as_view(), name="api-feeds"),
    path("calendar-feeds/<pk>/", feeds.OneFeed.as_view(), name="api-feed"),
    path("calendar-feeds/<pk>/rotate/", feeds.RotatedFeed.as_view(), name="api-feed-rotate"),
]
