"""Every path of signing in and of one's account. allauth's own list is not included: what is not here is closed."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from django.urls import path

from core.sign_in import account_views, company_views, views

APP, AGAIN = {"title": "Authenticator app"}, {"title": "Is it you?"}

PASSWORD_CHANGE = account.PasswordChangeView.as_view(
    extra_context={"title": "Change your password"}
)

urlpatterns = [
    path("admin/login/", views.sign_in, name="account_login"),
    path("admin/logout/", views.SignOut.as_view(), name="account_logout"),
    path("admin/password_change/", PASSWORD_CHANGE),
    path("accounts/login/", views.also),
    path("accounts/logout/", views.SignOut.as_view()),
    path("accounts/forgotten/", views.forgotten, name="forgotten"),
    path("accounts/break-glass/<str:token>/", views.break_glass, name="break_glass"),
    path("accounts/2fa/authenticate/", views.SecondFactor.as_view(), name="mfa_authenticate"),
    path("accounts/passkey/", views.PasskeyEntrance.as_view(), name="mfa_login_webauthn"),
    path("accounts/company/", company_views.go, name="openid_connect_login"),
    path("accounts/company/back/", company_views.back, name="openid_connect_callback"),
    path("accounts/", account_views.account, name="mfa_index"),
    path("accounts/", account_views.account, name="mfa_list_webauthn"),
    path("accounts/sessions/end/", account_views.end_sessions, name="end_sessions"),
    path(
        "accounts/password/",
        PASSWORD_CHANGE,
        name="account_change_password",
    ),
    path("accounts/password/none/", account_views.no_password, name="account_set_password"),
    path(
        "accounts/again/",
        account.ReauthenticateView.as_view(extra_context=AGAIN),
        name="account_reauthenticate",
    ),
    path(
        "accounts/again/code/",
        mfa.ReauthenticateView.as_view(extra_context=AGAIN),
        name="mfa_reauthenticate",
    ),
    path(
        "accounts/again/passkey/",
        account_views.PasskeyAgain.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "accounts/2fa/app/add/",
        totp.ActivateTOTPView.as_view(extra_context=APP),
        name="mfa_activate_totp",
    ),
    path(
        "accounts/2fa/app/remove/",
        totp.DeactivateTOTPView.as_view(extra_context=APP),
        name="mfa_deactivate_totp",
    ),
    path("accounts/2fa/codes/", account_views.recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/2fa/passkeys/add/", account_views.NewPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/passkeys/<int:pk>/",
        account_views.RenamePasskey.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        "accounts/2fa/passkeys/<int:pk>/remove/",
        account_views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
]
