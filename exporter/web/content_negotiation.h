#ifndef PODPROBE_EXPORTER_WEB_CONTENT_NEGOTIATION_H_
#define PODPROBE_EXPORTER_WEB_CONTENT_NEGOTIATION_H_

#include <string_view>

namespace podprobe {

enum class PageFormat { kText, kOpenMetrics };

// Which format a scraper wants, by the q-values of its Accept header (RFC 9110, 12.5.1).
// Of two that are liked equally, OpenMetrics 1.0 where it is asked for by name, else text 0.0.4. A
// scraper that accepts neither gets text: a page it may not like beats none.
PageFormat NegotiateFormat(std::string_view accept);

// Whether an Accept-Encoding header allows gzip and likes it no less than a plain body.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_CONTENT_NEGOTIATION_H_
