// metrics_text.h — the counters and gauges in the text format of Prometheus
#pragma once
#include <leadkeep/base/metrics.h>

#include <string>

namespace leadkeep::api {

[[nodiscard]] std::string metrics_text(const Metrics& metrics);

}  // namespace leadkeep::api
