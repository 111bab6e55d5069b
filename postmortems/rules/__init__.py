"""The rules of learning, asked of a playbook's data: who needs a postmortem, until when, in which words. Pure."""
