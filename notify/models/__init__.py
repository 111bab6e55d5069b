"""Messages that must leave the house, and the proof that they did."""

from notify.models.delivery import KEPT, Delivery, DeliveryAttempt, KeptMail

__all__ = ["KEPT", "Delivery", "DeliveryAttempt", "KeptMail"]
