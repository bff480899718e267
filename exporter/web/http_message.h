#ifndef PODPROBE_EXPORTER_WEB_HTTP_MESSAGE_H_
#define PODPROBE_EXPORTER_WEB_HTTP_MESSAGE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

struct HttpHeader {
  std::string name;
  std::string value;
};

// One request, whole: its body has been read.
struct HttpRequest {
  std::string method;  // GET, HEAD, POST, …
  std::string path;    // decoded, without the ".." that stood in it undecoded, beginning with '/'
  std::string query;   // what follows '?', as sent
  std::vector<HttpHeader> headers;
  std::string body;
  std::string remote_address;

  // The value of a header, by its name in any case. Several of one name are one list,
  // joined by ", " (RFC 9110, 5.3). Empty if there is none.
  std::string Header(std::string_view name) const;
};

// One answer. The server adds Content-Length and Connection, and leaves out the body
// where the request was a HEAD.
struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<HttpHeader> headers;
  // Sent one after the other; shared, so that many answers can hold one rendered page.
  std::vector<std::shared_ptr<const std::string>> body;

  static HttpResponse Text(int status, std::string text);
  void AppendBody(std::string text);
};

// "404" with its words: "Not Found".
std::string_view HttpReason(int status);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_HTTP_MESSAGE_H_
