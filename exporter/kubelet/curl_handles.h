#ifndef PODPROBE_EXPORTER_KUBELET_CURL_HANDLES_H_
#define PODPROBE_EXPORTER_KUBELET_CURL_HANDLES_H_

#include <curl/curl.h>

#include <memory>
#include <new>
#include <string>

namespace podprobe {

// libcurl's handles, owned.

struct CurlEasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct CurlMultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyDeleter>;
using CurlMulti = std::unique_ptr<CURLM, CurlMultiDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

inline void Append(CurlList* list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list->get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list->release();
  list->reset(longer);
}

// Sets options and remembers the first that libcurl refused.
class CurlOptions {
 public:
  explicit CurlOptions(CURL* easy) : easy_(easy) {}

  template <typename Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code_ == CURLE_OK) code_ = code;
  }
  // Empty: libcurl's default.
  void SetText(CURLoption option, const std::string& value) {
    Set(option, value.empty() ? nullptr : value.c_str());
  }

  CURLcode code() const { return code_; }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_CURL_HANDLES_H_
