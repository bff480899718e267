#include "exporter/web/web_access.h"

#include <utility>

#include "exporter/web/file_signature.h"
#include "exporter/web/steady_time.h"

namespace podprobe {
namespace {

constexpr double kRetrySeconds = 1;

// What a browser must not do with any answer of ours, unless the file says otherwise.
std::vector<HttpHeader> SafetyHeaders(const std::map<std::string, std::string>& configured) {
  std::map<std::string, std::string> headers = {
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "deny"}};
  for (const auto& [name, value] : configured) headers[name] = value;
  std::vector<HttpHeader> list;
  list.reserve(headers.size());
  for (const auto& [name, value] : headers) list.push_back({name, value});
  return list;
}

std::shared_ptr<WebAccess::Rules> RulesOf(const WebFileConfig& config) {
  auto rules = std::make_shared<WebAccess::Rules>();
  rules->user_headers = config.headers;
  rules->safety_headers = SafetyHeaders(config.headers);
  if (!config.basic_auth_users.empty()) {
    rules->basic_auth = std::make_shared<BasicAuth>(config.basic_auth_users);
  }
  return rules;
}

}  // namespace

WebAccess::WebAccess(Options options)
    : options_([&] {
        if (!options.steady_seconds) options.steady_seconds = SteadySeconds;
        return std::move(options);
      }()),
      config_(options_.loaded),
      signature_(FileSignature(options_.file)),
      rules_(RulesOf(config_)) {}

std::shared_ptr<const WebAccess::Rules> WebAccess::Current() {
  if (!options_.file.empty()) {
    // Who comes while another loads gets what counted before.
    const std::unique_lock loading(loading_mutex_, std::try_to_lock);
    if (loading.owns_lock()) LoadAgain();
  }
  return Last();
}

std::shared_ptr<const WebAccess::Rules> WebAccess::Last() const {
  const std::lock_guard lock(rules_mutex_);
  return rules_;
}

void WebAccess::LoadAgain() {
  std::string signature = FileSignature(options_.file);
  if (signature == signature_ && !(is_broken_ && options_.steady_seconds() >= retry_at_)) return;
  signature_ = std::move(signature);
  retry_at_ = options_.steady_seconds() + kRetrySeconds;
  WebConfigResult result = LoadWebConfigFile(options_.file);
  is_broken_ = !result.problems.empty();
  if (is_broken_) {
    std::string message;
    for (const ConfigProblem& problem : result.problems) {
      message += (message.empty() ? "" : "; ") + problem.ToString(options_.file);
    }
    return Tell(message + "; the users and headers before stay in force");
  }
  WebFileConfig& config = result.config;
  std::string message;
  if (config.tls != config_.tls) {
    message += ": tls_server_config changed: it counts from the next start on";
    config.tls = config_.tls;
  }
  if (config.basic_auth_users.empty() && !config_.basic_auth_users.empty()) {
    message += ": basic_auth_users is gone: the users before stay in force, until the next start";
    config.basic_auth_users = config_.basic_auth_users;
  }
  message.empty() ? told_.clear() : Tell(options_.file + message);
  const bool has_new_users = config.basic_auth_users != config_.basic_auth_users;
  if (!has_new_users && config.headers == config_.headers) return;
  config_ = std::move(config);
  std::shared_ptr<Rules> rules = RulesOf(config_);
  {
    const std::lock_guard lock(rules_mutex_);
    // Who has logged in stays known.
    if (!has_new_users) rules->basic_auth = rules_->basic_auth;
    rules_ = std::move(rules);
  }
  if (options_.on_change) options_.on_change();
}

// Once, until there is something else to say.
void WebAccess::Tell(const std::string& message) {
  if (message == told_) return;
  told_ = message;
  if (options_.on_error) options_.on_error(message);
}

}  // namespace podprobe
