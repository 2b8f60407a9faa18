"""The desk's addresses: neutral words, no person in any of them."""

from django.urls import path

from . import accounts, cards, devices, held, holding, home, passkeys, removal, shift, stock, window

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-in/own-password", accounts.own_password, name="own-password"),
    path("sign-in/set-up", accounts.set_up, name="set-up"),
    path("sign-in/code", accounts.code, name="code"),
    path("sign-in/pin", accounts.pin, name="pin"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("lock", accounts.lock, name="lock"),
    path("unlock", accounts.unlock, name="unlock"),
    path("passkey/ask", passkeys.ask, name="passkey-ask"),
    path("passkey/prove", passkeys.prove, name="passkey-prove"),
    path("passkey/ask-new", passkeys.ask_new, name="passkey-ask-new"),
    path("passkey/add", passkeys.add, name="passkey-add"),
    path("shift", shift.show, name="shift"),
    path("shift/pin", shift.set_pin, name="shift-pin"),
    path("shift/passkey", shift.remove_passkey, name="passkey-remove"),
    path("devices/<uuid:site_id>/", devices.show, name="devices"),
    path("devices/<uuid:site_id>/invite", devices.invite, name="invite-device"),
    path("devices/<uuid:site_id>/revoke", devices.revoke, name="revoke-device"),
    path("window/<uuid:site_id>/", window.show, name="window"),
    path("window/<uuid:site_id>/fill", window.fill, name="fill"),
    path("window/<uuid:site_id>/card", window.card, name="card"),
    path("window/<uuid:site_id>/visit", window.visit, name="visit"),
    path("window/<uuid:site_id>/undo", window.undo, name="undo"),
    path("stock/<uuid:site_id>/", stock.show, name="stock"),
    path("stock/<uuid:site_id>/receive", stock.receive, name="receive"),
    path("stock/<uuid:site_id>/count", stock.count, name="count"),
    path("stock/<uuid:site_id>/sheet.csv", stock.sheet, name="stock-sheet"),
    path("cards/<uuid:site_id>/", cards.show, name="cards"),
    path("cards/<uuid:site_id>/print", cards.issue, name="issue-cards"),
    path("removal/<uuid:site_id>/", removal.show, name="removal"),
    path("removal/<uuid:site_id>/card", removal.remove, name="remove"),
    path("holds/<uuid:site_id>/", holding.show, name="holding"),
    path("holds/<uuid:site_id>/set", holding.set_, name="set-hold"),
    path("holds/<uuid:site_id>/lift", holding.lift, name="lift-hold"),
    path("held/", held.show, name="held"),
    path("held/<uuid:held_id>/", held.look, name="held-line"),
    path("held/<uuid:held_id>/ask", held.ask, name="held-ask"),
    path("held/<uuid:held_id>/confirm", held.confirm, name="held-confirm"),
    path("held/<uuid:held_id>/open", held.open_, name="held-open"),
    path("held/<uuid:held_id>/resolve", held.resolve, name="held-resolve"),
]
