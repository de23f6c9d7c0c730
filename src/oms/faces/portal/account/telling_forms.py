"""The form of «Как сообщать»: group × channel, quiet hours, the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict

from oms.domain.notifications import wishes
from oms.domain.notifications.models import Delivery, Preferences
from oms.domain.notifications.preferences import ALLOWED, always
from oms.domain.notifications.wishes import Group, Wish

WORDS = {Wish.NOW: "Сразу", Wish.DAILY: "Раз в день", Wish.OFF: "Не присылать"}
CHANNELS = {
    Delivery.Channel.EMAIL: "Почта",
    Delivery.Channel.SMS: "СМС",
    Delivery.Channel.PUSH: "В браузере",
}
TIMES = [(f"{minutes // 60:02}:{minutes % 60:02}",) * 2 for minutes in range(0, 24 * 60, 30)]


@dataclass(frozen=True)
class Line:
    """A row of the table: the group, its fields, what comes in any case."""

    title: str
    fields: list[tuple[str, forms.BoundField]]
    always: list[str]


class TellingForm(forms.Form):
    """How a person wants to be told; starts from what is kept."""

    quiet = forms.BooleanField(
        label="Не беспокоить в тихие часы",
        required=False,
        help_text="СМС и уведомления подождут утра. Коды и обязательные сообщения придут сразу",
    )
    quiet_from = forms.ChoiceField(label="С", choices=TIMES)
    quiet_to = forms.ChoiceField(label="До", choices=TIMES)
    time_zone = forms.ChoiceField(
        label="Ваше время",
        required=False,
        choices=[("", "Как в регионе"), *wishes.ZONES.items()],
    )

    def __init__(self, data: QueryDict | None, *, kept: Preferences) -> None:
        start = {
            "quiet": kept.quiet,
            "quiet_from": f"{kept.quiet_from:%H:%M}",
            "quiet_to": f"{kept.quiet_to:%H:%M}",
            "time_zone": kept.time_zone,
        }
        for group in Group:
            for channel in CHANNELS:
                start[f"{group}_{channel}"] = wishes.wish(kept, group, channel)
        super().__init__(data, initial=start)
        for group in Group:
            for channel, title in CHANNELS.items():
                self.fields[f"{group}_{channel}"] = forms.ChoiceField(
                    label=f"{group.words}: {title}",
                    choices=[(wish.value, WORDS[wish]) for wish in ALLOWED[channel]],
                    widget=forms.Select(attrs={"aria-label": f"{group.words}: {title}"}),
                )
        for name in ("quiet_from", "quiet_to"):
            self.fields[name].widget.attrs["class"] = "short"
        self.fields["time_zone"].widget.attrs["class"] = "medium"

    def lines(self) -> Iterator[Line]:
        """Return the rows of the table."""
        for group in Group:
            own = [(title, self[f"{group}_{channel}"]) for channel, title in CHANNELS.items()]
            yield Line(group.words, own, always(group))

    @property
    def values(self) -> dict[str, Any]:
        """What `preferences.choose` takes."""
        typed = self.cleaned_data
        return {
            "chosen": {
                group.value: {str(one): typed[f"{group}_{one}"] for one in CHANNELS}
                for group in Group
            },
            "quiet": typed["quiet"],
            "quiet_from": time.fromisoformat(typed["quiet_from"]),
            "quiet_to": time.fromisoformat(typed["quiet_to"]),
            "time_zone": typed["time_zone"],
        }
