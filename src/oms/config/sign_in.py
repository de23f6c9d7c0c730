"""Settings of django-allauth: how people sign in.

Registration, codes and the checking of passwords are our own (`oms.domain.accounts`); allauth
keeps the stages of a sign-in and the second factors.
"""

from datetime import timedelta
from typing import Any

ACCOUNT_ADAPTER = "oms.faces.portal.account.adapter.AccountAdapter"
MFA_ADAPTER = "oms.domain.accounts.adapter.FactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # both are confirmed before an account exists
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
# Our own counters (accounts.limits) are shared, locked and raised before the try.
ACCOUNT_RATE_LIMITS: dict[str, Any] = {"login_failed": None}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Кабинет ОМС"

# A session ends after so long without a request, and twelve hours after sign-in at the latest.
CITIZEN_IDLE = timedelta(minutes=30)
STAFF_IDLE = timedelta(minutes=15)

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
