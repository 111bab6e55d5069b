"""The write API of Statuspage, v1: what its clients send works here unchanged (areas/statuspage.md 2.10)."""
