#include "exporter/kubelet/status_message.h"

#include <nlohmann/json.hpp>

namespace podprobe {

std::string StatusMessage(const std::string& body) {
  using Json = nlohmann::json;
  if (!body.starts_with('{')) return body;
  const Json status = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object()) return body;
  const auto message = status.find("message");
  const bool has_message = message != status.end() && message->is_string();
  return has_message ? message->get<std::string>() : body;
}

}  // namespace podprobe
