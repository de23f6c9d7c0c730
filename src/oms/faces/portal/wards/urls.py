"""Addresses of children and wards. Plain names, as those of the account beside them."""

from django.urls import URLPattern, path

from oms.faces.portal.wards import adding, cabinets, control, listing

urlpatterns: list[URLPattern] = [
    path("", listing.wards, name="account_wards"),
    path("add/", adding.choose, name="account_ward_choose"),
    path("add/<slug:kind>/", adding.add, name="account_ward_add"),
    path("own/", cabinets.own, name="account_ward_own"),
    path("<int:pk>/", control.right, name="account_ward"),
    path("<int:pk>/open/", cabinets.offer, name="account_ward_open"),
    path("<int:pk>/switch/", cabinets.switch, name="account_ward_switch"),
    path("<int:pk>/hand-in/", control.hand_in, name="account_ward_hand_in"),
    path("<int:pk>/scope/", control.scope, name="account_ward_scope"),
    path("<int:pk>/revoke/", control.revoke, name="account_ward_revoke"),
]
