"""What workers share: who lives, and when each periodic work is due."""

from django.db import models


class WorkerBeat(models.Model):
    """The last sign of life of one worker process."""

    worker_id = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker_id


class Tick(models.Model):
    """When a periodic work is due next; the row is the lock that lets one worker start it."""

    name = models.CharField(max_length=120, primary_key=True)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
