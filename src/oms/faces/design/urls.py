"""The living style guide; routed in demonstration and tests only."""

from django.urls import URLPattern, URLResolver, path, re_path

from oms.faces.design import views

app_name = "design"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.guide, name="guide"),
    re_path(r"^(?P<name>home|step|desk|sign-in)/$", views.sample, name="sample"),
]
