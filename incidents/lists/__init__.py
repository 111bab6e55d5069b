"""Reading many incidents at once: what somebody wants to see, a page of it by keyset, and how much there is.

Every statement here costs the same at a thousand and at a million incidents (performance.md B9).
"""
