"""Accounts: passwords, sign-in, sessions (django-allauth)."""

import re

from talkwave.settings.environment import SITE_NAME, env

# --- People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIGNUP_MODE = env.text("SIGNUP_MODE", "open", choices=("open", "closed"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
SESSION_COOKIE_AGE = env.number("SESSION_DAYS", 30, least=1, most=3650) * 86_400
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "add_email": "accounts.forms.AddressForm",
    "reset_password": "accounts.forms.ForgottenForm",
}
ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional", choices=("mandatory", "optional", "none"))
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# allauth's, AMOUNT/PERIOD/PER: an office shares one address, so the tight limit is the one for each name.
ACCOUNT_RATE_LIMITS = {
    "login": env.text("RATE_SIGN_IN", "120/m/ip"),
    "login_failed": env.text("RATE_SIGN_IN_FAILED", "30/m/ip,5/300s/key"),
    "signup": env.text("RATE_SIGN_UP", "40/m/ip"),
}
for _name, _rate in zip(
    ("RATE_SIGN_IN", "RATE_SIGN_IN_FAILED", "RATE_SIGN_UP"), ACCOUNT_RATE_LIMITS.values(), strict=True
):
    if not re.fullmatch(r"\d+/(\d*[smhd])/(ip|key|user)(,\d+/(\d*[smhd])/(ip|key|user))*", _rate):
        env.refuse(_name, f"{_rate!r} is not written AMOUNT/PERIOD/PER, as in 5/300s/key")
# One address a person: another one takes its place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"
