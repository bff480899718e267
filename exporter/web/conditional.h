#ifndef PODPROBE_EXPORTER_WEB_CONDITIONAL_H_
#define PODPROBE_EXPORTER_WEB_CONDITIONAL_H_

#include <string>
#include <string_view>

#include "exporter/web/http_message.h"

namespace podprobe {

// Whether an If-None-Match header names this entity tag, quotes included (RFC 9110, 13.1.2).
bool MatchesTag(std::string_view if_none_match, std::string_view tag);

// Makes a whole 200 what this client wants of it: 304 where it has that version already, gzip
// where it takes it and it pays. `version` changes whenever the answer may.
HttpResponse ForClient(const HttpRequest& request, HttpResponse response,
                       const std::string& version);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_CONDITIONAL_H_
