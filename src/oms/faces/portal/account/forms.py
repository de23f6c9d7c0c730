"""Forms of the account pages."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from oms.catalog.fields import (
    ConfirmField,
    DateField,
    MailField,
    NameField,
    PhoneField,
    readable,
)
from oms.domain.accounts import passkeys, passwords
from oms.domain.accounts.models import User
from oms.domain.accounts.registration import MIN_AGE, Typed
from oms.faces.design.widgets import CodeInput
from oms.law import dates
from oms.law.plural import counted
from oms.law.typed import compact, digits


class PasswordField(forms.CharField):
    """A password: any characters, never shown again, never trimmed."""

    def __init__(self, *, label: str, new: bool = False, **kwargs: Any) -> None:
        token = "new-password" if new else "current-password"
        attrs: dict[str, Any] = {"autocomplete": token}
        if new:
            attrs["data-strength"] = passwords.MIN_LENGTH
        super().__init__(
            label=label,
            strip=False,
            widget=forms.PasswordInput(attrs=attrs),
            help_text=passwords.HINT if new else "",
            error_messages={"required": f"{label}: заполните поле"},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        """Refuse what no hasher should see: megabytes and characters that are none."""
        text = super().to_python(value) or ""
        if len(text) > passwords.MAX_LENGTH:
            raise ValidationError(f"{self.label}: не больше {passwords.MAX_LENGTH} знаков")
        return readable(text, label=str(self.label), longest=passwords.MAX_LENGTH)


class IdentifierField(forms.CharField):
    """Phone, e-mail, СНИЛС or ИНН in one field."""

    def __init__(self) -> None:
        super().__init__(
            label="Телефон, почта, СНИЛС или ИНН",
            widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
            error_messages={"required": "Укажите телефон, почту, СНИЛС или ИНН"},
        )

    def to_python(self, value: Any) -> str:
        """Refuse hostile text in words."""
        return readable(super().to_python(value) or "", label="Имя для входа", longest=254)


class CodeField(forms.CharField):
    """A code of six digits (recovery codes have eight)."""

    def __init__(self, *, label: str, longest: int = 6, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(
            label=label,
            widget=CodeInput(length=longest),
            error_messages={"required": f"{label}: введите цифры кода"},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        """Read digits, spaces between them welcome."""
        text = compact(readable(super().to_python(value) or "", label="Код", longest=40))
        if text and not (digits(text) and 6 <= len(text) <= self.longest):
            wanted = "6 цифр" if self.longest == 6 else f"6 или {self.longest} цифр"
            raise ValidationError(f"Введите код: {wanted}, без букв")
        return text


class RegistrationForm(forms.Form):
    """Who registers (ACC-1): names, contacts, a password and two separate consents."""

    family_name = NameField(label="Фамилия", autocomplete="family-name")
    given_name = NameField(label="Имя", autocomplete="given-name")
    patronymic = NameField(
        label="Отчество", autocomplete="additional-name", required=False, help_text="Если есть"
    )
    birth_date = DateField(
        label="Дата рождения", autocomplete="bday", help_text="Например, 05.11.1990"
    )
    phone = PhoneField()
    email = MailField(help_text="Сюда придут код и ответы по заявлениям")
    password = PasswordField(label="Пароль", new=True)
    terms = ConfirmField(
        label="Принимаю правила пользования", missing="Отметьте, если согласны с правилами"
    )
    personal_data = ConfirmField(
        label="Даю согласие на обработку персональных данных",
        missing="Отметьте, если согласны: без этого кабинет открыть нельзя",
    )

    def __init__(self, *args: Any, on: date, links: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for name, link in links.items():
            self.fields[name].help_text = format_html('<a href="{}">Прочитать</a>', link)
        field = self.fields["birth_date"]
        assert isinstance(field, DateField)
        field.latest = on

    def clean_birth_date(self) -> date:
        """Only from 14 on; a younger child is added by a parent."""
        day: date = self.cleaned_data["birth_date"]
        if dates.age(day, on=self.on) < MIN_AGE:
            raise ValidationError(
                f"Дата рождения: кабинет открывают с {MIN_AGE} лет. Ребёнка младше добавит "
                "родитель в своём кабинете"
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Check the password against the person's own data."""
        data = super().clean() or self.cleaned_data
        if "password" in data:
            person = User(**{name: data[name] for name in _PERSONAL if data.get(name)})
            check_new_password(self, "password", person)
        return data

    @property
    def typed(self) -> Typed:
        """What was typed, for the domain."""
        return Typed(**{name: self.cleaned_data[name] for name in (*_PERSONAL, "password")})


_PERSONAL = ("family_name", "given_name", "patronymic", "birth_date", "phone", "email")


def check_new_password(form: forms.Form, field: str, user: User) -> None:
    """Put what is wrong with a new password at its field."""
    try:
        validate_password(form.cleaned_data[field], user)
    except ValidationError as no:
        form.add_error(field, no)


class SmsCodeForm(forms.Form):
    """The code of the SMS."""

    code = CodeField(label="Код из СМС")


class MailCodeForm(forms.Form):
    """The code of the letter."""

    code = CodeField(label="Код из письма")


class SignInForm(forms.Form):
    """Name and password."""

    login = IdentifierField()
    password = PasswordField(label="Пароль")


class SecondStepForm(forms.Form):
    """The code of the app; a recovery code will do as well."""

    code = CodeField(label="Код из приложения", longest=8)


class RecoveryCodeForm(forms.Form):
    """One of the codes kept for the day the phone is lost."""

    code = CodeField(label="Запасной код", longest=8, help_text="8 цифр из сохранённого списка")


class PasskeyForm(forms.Form):
    """A key just made: what to call it; the device's answer comes from the page's script."""

    name = forms.CharField(
        label="Название ключа",
        help_text="Чтобы узнать его в списке, например «Мой телефон»",
        max_length=passkeys.LONGEST_NAME,
        required=False,
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=passkeys.LONGEST_ANSWER)

    def clean_name(self) -> str:
        """Refuse hostile text in words."""
        name: str = self.cleaned_data["name"]
        return readable(name, label="Название ключа", longest=passkeys.LONGEST_NAME)


class PasskeyNameForm(forms.Form):
    """Another name of a key."""

    name = forms.CharField(
        label="Название ключа",
        max_length=passkeys.LONGEST_NAME,
        error_messages={"required": "Напишите название ключа, например «Мой телефон»"},
    )

    def clean_name(self) -> str:
        """Refuse hostile text in words."""
        name: str = self.cleaned_data["name"]
        return readable(name, label="Название ключа", longest=passkeys.LONGEST_NAME)


class ConfirmForm(forms.Form):
    """Once more the password, and the code where the session has not seen one."""

    password = PasswordField(label="Пароль")
    code = CodeField(label="Код из приложения", longest=8)

    def __init__(self, *args: Any, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]


class SetUpForm(forms.Form):
    """The first code of a new app."""

    code = CodeField(label="Код из приложения")


class RecoveryForm(forms.Form):
    """Whose password is forgotten."""

    login = IdentifierField()


class NewPasswordForm(forms.Form):
    """A new password after the mailed code."""

    password = PasswordField(label="Новый пароль", new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Check the rules of passwords."""
        data = super().clean() or self.cleaned_data
        if "password" in data:
            check_new_password(self, "password", self.user)
        return data


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current = PasswordField(label="Нынешний пароль")
    field_order = ("current", "password")


def wait_words(wait: timedelta) -> str:
    """Say how long to wait: «42 секунды», «2 минуты», «3 часа».

    >>> wait_words(timedelta(seconds=61)).split()
    ['2', 'минуты']
    """
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    if seconds < 60:
        return counted(seconds, "секунду", "секунды", "секунд")
    if seconds < 3600:
        return counted(-(-seconds // 60), "минуту", "минуты", "минут")
    return counted(-(-seconds // 3600), "час", "часа", "часов")
