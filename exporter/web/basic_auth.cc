#include "exporter/web/basic_auth.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <strings.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "exporter/web/steady_time.h"

namespace podprobe {
namespace {

// More than these wait for no hash: they are told to come again.
constexpr int kMaxWaiting = 3;
constexpr std::size_t kMaxKnown = 100;
// After a wrong password bcrypt rests for so many times what it took: a quarter of one CPU.
constexpr double kPauseFactor = 3;
constexpr std::size_t kMaxHeaderBytes = 1024;

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kMaxHeaderBytes) return std::nullopt;
  std::string decoded(text.size() / 4 * 3, '\0');
  const int bytes = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  if (bytes < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(std::ranges::count(text, '='));
  if (padding > 2) return std::nullopt;
  decoded.resize(static_cast<std::size_t>(bytes) - padding);
  return decoded;
}

bool IsPassword(const std::string& password, const std::string& hash) {
  // 32 kB: not for a thread's stack.
  const auto data = std::make_unique<crypt_data>();
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  const std::string_view got = result == nullptr ? "" : result;
  const bool is_same =
      got.size() == hash.size() && CRYPTO_memcmp(got.data(), hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof(crypt_data));
  return is_same;
}

}  // namespace

BasicAuth::BasicAuth(std::map<std::string, std::string> users,
                     std::function<double()> steady_seconds)
    : users_(std::move(users)),
      steady_seconds_(steady_seconds ? std::move(steady_seconds) : SteadySeconds) {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random numbers");
  }
}

BasicAuth::Verdict BasicAuth::Check(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";
  const bool is_basic = authorization.size() > kScheme.size() &&
                        strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) == 0;
  if (!is_basic) return Verdict::kRefused;
  const std::optional<std::string> pair = DecodeBase64(authorization.substr(kScheme.size()));
  if (!pair) return Verdict::kRefused;
  const std::size_t colon = pair->find(':');
  // crypt_r ends at a zero byte, and so would check only the beginning.
  if (colon == std::string::npos || pair->find('\0') != std::string::npos) return Verdict::kRefused;
  const std::string user = pair->substr(0, colon);
  const std::string password = pair->substr(colon + 1);
  const Digest digest = DigestOf(user, password);
  if (IsKnown(digest)) return Verdict::kAllowed;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= kMaxWaiting) return Verdict::kBusy;
    ++waiting_;
  }
  const Verdict verdict = CheckSlowly(user, password, digest);
  const std::lock_guard lock(mutex_);
  --waiting_;
  return verdict;
}

BasicAuth::Verdict BasicAuth::CheckSlowly(const std::string& user, const std::string& password,
                                          const Digest& digest) {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  // Another request may have found it right while this one waited.
  if (IsKnown(digest)) return Verdict::kAllowed;
  const double begin = steady_seconds_();
  if (begin < pause_until_) return Verdict::kBusy;
  const auto found = users_.find(user);
  const std::string& hash = found == users_.end() ? users_.begin()->second : found->second;
  const bool is_right = IsPassword(password, hash) && found != users_.end();
  if (is_right) {
    Remember(digest);
    return Verdict::kAllowed;
  }
  const double end = steady_seconds_();
  pause_until_ = end + kPauseFactor * (end - begin);
  return Verdict::kRefused;
}

BasicAuth::Digest BasicAuth::DigestOf(const std::string& user, const std::string& password) const {
  // Neither holds a zero byte.
  const std::string text = user + '\0' + password;
  Digest digest{};
  unsigned int bytes = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &bytes);
  return digest;
}

bool BasicAuth::IsKnown(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(known_, [&](const Digest& known) {
    return CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0;
  });
}

void BasicAuth::Remember(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  if (known_.size() == kMaxKnown) known_.erase(known_.begin());
  known_.push_back(digest);
}

}  // namespace podprobe
