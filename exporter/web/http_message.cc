#include "exporter/web/http_message.h"

#include <strings.h>

#include <utility>

namespace podprobe {
namespace {

bool IsSameName(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

std::string HttpRequest::Header(std::string_view name) const {
  std::string value;
  for (const HttpHeader& header : headers) {
    if (!IsSameName(header.name, name)) continue;
    if (!value.empty()) value += ", ";
    value += header.value;
  }
  return value;
}

HttpResponse HttpResponse::Text(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.AppendBody(std::move(text));
  return response;
}

void HttpResponse::AppendBody(std::string text) {
  body.push_back(std::make_shared<const std::string>(std::move(text)));
}

std::string_view HttpReason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Other";
  }
}

}  // namespace podprobe
