"""The page as rendered: what is served, whatever else is going on."""

from django.db import models

from statuspage.models.page import Page

LONGEST_PLACE = 500


class Edition(models.Model):
    """The latest rendering of a page; `number` grows with each, so that a reader sees that there is a new one.

    After `fresh_until` a newer one should have come; a reader much later than that serves the stale bytes.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="edition")
    number = models.PositiveBigIntegerField(default=0)
    generated_at = models.DateTimeField()
    fresh_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.page_id} no. {self.number}"


class Snapshot(models.Model):
    """One resource of a page as bytes. `stale`: for readers who find no newer one; empty: the same.

    `modified_at` moves only when the bytes do; `etag` is strong and belongs to `fresh`, not encoded.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="snapshots")
    resource = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    fresh = models.BinaryField()
    stale = models.BinaryField(default=b"")
    etag = models.CharField(max_length=64)
    modified_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "resource"], name="statuspage_resource_once")
        ]

    def __str__(self) -> str:
        return self.resource


class Room(models.Model):
    """What lies behind a page's front as bytes: an incident, a component, a month. Kept for when the database is away.

    Each is as old as its own `as_of`: it is rendered again when what it tells has moved. `number` grows from one
    rendering of a page's rooms to the next, so that a reader takes only what is newer than what it has.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="rooms")
    resource = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    fresh = models.BinaryField()
    stale = models.BinaryField(default=b"")
    etag = models.CharField(max_length=64)
    as_of = models.DateTimeField()
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "resource"], name="statuspage_room_once")
        ]
        indexes = [
            models.Index(fields=["page", "number", "resource"], name="statuspage_newer_rooms")
        ]

    def __str__(self) -> str:
        return self.resource


class Export(models.Model):
    """Static copies of a page in one place: a folder, or s3://bucket/prefix. `files`: what lies there, by its hash.

    `page` is None once it was deleted: the row lives on until nothing lies there any more. `is_private_meant`: the copy
    was asked for although the page is not for everybody. `error` is why the latest attempt failed, empty where it did not.
    """

    page = models.ForeignKey(Page, on_delete=models.SET_NULL, null=True, related_name="exports")
    to = models.CharField(max_length=LONGEST_PLACE)
    is_private_meant = models.BooleanField(default=False)
    tried_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    files = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "to"], name="statuspage_exported_once")
        ]

    def __str__(self) -> str:
        return self.to
