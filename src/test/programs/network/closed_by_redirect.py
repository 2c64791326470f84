# reason: error
# details-has: URLError
# blocked: 10.99.0.10:80
import urllib.request

print(urllib.request.urlopen("http://203.0.113.10/redirect", timeout=3).read())
