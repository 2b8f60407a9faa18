"""The desk's addresses: neutral words, no person in any of them."""

from django.urls import path

from . import accounts, cards, held, holding, home, removal, stock, window

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
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
