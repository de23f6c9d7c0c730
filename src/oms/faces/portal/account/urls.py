"""Addresses of the account pages. Plain names, without a namespace: allauth asks for them."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.portal.account import profile, recovery, security, sign_in, signup

urlpatterns: list[URLPattern | URLResolver] = [
    path("signup/", signup.sign_up, name="account_signup"),
    path("signup/phone/", signup.confirm_phone, name="account_signup_phone"),
    path("signup/phone/again/", signup.phone_code_again, name="account_signup_phone_again"),
    path("signup/email/", signup.confirm_email, name="account_signup_email"),
    path("signup/email/again/", signup.email_code_again, name="account_signup_email_again"),
    path("consents/<slug:kind>/", signup.consent_text, name="account_consent"),
    path("login/", sign_in.log_in, name="account_login"),
    path("login/second-step/", sign_in.second_step, name="mfa_authenticate"),
    path("login/confirm/", sign_in.confirm, name="account_reauthenticate"),
    path("login/closed/", sign_in.inactive, name="account_inactive"),
    path("logout/", sign_in.log_out, name="account_logout"),
    path("recovery/", recovery.ask, name="account_recovery"),
    path("recovery/code/", recovery.confirm, name="account_recovery_code"),
    path("recovery/code/again/", recovery.again, name="account_recovery_again"),
    path("recovery/password/", recovery.new_password, name="account_recovery_password"),
    path("profile/", profile.overview, name="account_profile"),
    path("profile/<slug:part>/", profile.edit, name="account_profile_part"),
    path("security/", security.overview, name="account_security"),
    path("security/password/", security.change_password, name="account_change_password"),
    path("security/factor/", security.set_up_factor, name="account_factor"),
    path("security/factor/off/", security.switch_off_factor, name="account_factor_off"),
    path("security/codes/", security.recovery_codes, name="account_recovery_codes"),
    path("security/codes/file/", security.recovery_codes_file, name="account_recovery_codes_file"),
    path("security/elsewhere/", security.sign_out_elsewhere, name="account_sign_out_elsewhere"),
]
