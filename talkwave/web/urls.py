from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import cache_control


@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that do not name their icon, the administration's for one: browsers then ask here."""
    return HttpResponseRedirect(static("img/favicon.svg"))


urlpatterns: list[URLPattern | URLResolver] = [path("favicon.ico", favicon)]
