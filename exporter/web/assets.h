#ifndef PODPROBE_EXPORTER_WEB_ASSETS_H_
#define PODPROBE_EXPORTER_WEB_ASSETS_H_

#include <string_view>

namespace podprobe {

// Files of this folder that are compiled in, by embed_assets.cmake.
extern const std::string_view kOpenApiJson;
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
extern const std::string_view kPageIcon;

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_ASSETS_H_
