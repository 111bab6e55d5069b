"""Messages that must leave the house, and the proof that they did."""

from notify.models.delivery import Delivery, DeliveryAttempt, KeptMail

__all__ = ["Delivery", "DeliveryAttempt", "KeptMail"]
