#include "metrics_text.h"

#include <leadkeep/base/seeded_leak.h>

#include <array>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace leadkeep::api {
namespace {

struct CounterRow {
  std::string_view name;
  std::string_view help;
  Counter Metrics::* counter;
};

struct GaugeRow {
  std::string_view name;
  std::string_view help;
  Gauge Metrics::* gauge;
};

constexpr std::array kCounters{
    CounterRow{"webhooks_accepted", "Notifications that are stored.", &Metrics::webhooks_accepted},
    CounterRow{"webhooks_refused", "Notifications that were refused; WhatsApp repeats them.",
               &Metrics::webhooks_refused},
    CounterRow{"webhooks_deferred", "Notifications kept in the journal, to be applied later.",
               &Metrics::webhooks_deferred},
    CounterRow{"messages_received", "Messages of persons, each counted once.",
               &Metrics::messages_received},
    CounterRow{"messages_repeated", "Messages that were known already.",
               &Metrics::messages_repeated},
    CounterRow{"messages_unattributed", "Messages without a readable sender; in the journal.",
               &Metrics::messages_unattributed},
    CounterRow{"updates_ignored", "Updates for another number or of an unused kind.",
               &Metrics::updates_ignored},
    CounterRow{"statuses_applied", "Delivery statuses that changed a message.",
               &Metrics::statuses_applied},
    CounterRow{"statuses_unmatched", "Delivery statuses of messages that are not ours.",
               &Metrics::statuses_unmatched},
    CounterRow{"replies_accepted", "Replies put into the outbox.", &Metrics::replies_accepted},
    CounterRow{"replies_refused", "Replies refused by consent, window or address.",
               &Metrics::replies_refused},
    CounterRow{"sends_accepted", "Messages that WhatsApp took.", &Metrics::sends_accepted},
    CounterRow{"sends_retried", "Attempts put off for a passing reason.", &Metrics::sends_retried},
    CounterRow{"sends_parked", "Messages given up; the agent sees why.", &Metrics::sends_parked},
    CounterRow{"sends_unknown", "Attempts whose outcome is unknown.", &Metrics::sends_unknown},
    CounterRow{"log_ins", "Sessions opened.", &Metrics::log_ins},
    CounterRow{"log_ins_refused", "Log-ins refused.", &Metrics::log_ins_refused},
    CounterRow{"break_glass_opened", "Emergency sessions opened; each is worth a question.",
               &Metrics::break_glass_opened},
    CounterRow{"leavers", "Agents signed out because of what the directory says of them.",
               &Metrics::leavers},
    CounterRow{"rechecks", "Times that the directory was asked about everybody signed in.",
               &Metrics::rechecks},
    CounterRow{"rechecks_failed", "Times that it gave no answer that decides.",
               &Metrics::rechecks_failed},
    CounterRow{"requests", "HTTP requests on all listeners.", &Metrics::requests},
    CounterRow{"requests_refused", "HTTP requests without the proof or the right they need.",
               &Metrics::requests_refused},
    CounterRow{"requests_over_quota", "HTTP requests of clients and agents that ask too often.",
               &Metrics::requests_over_quota},
    CounterRow{"requests_failed", "HTTP requests that were answered with an error of any kind.",
               &Metrics::requests_failed},
    CounterRow{"events_handed_over", "Events that programs took at their webhooks.",
               &Metrics::events_handed_over},
    CounterRow{"events_not_handed_over", "Tries to hand an event to a program that failed.",
               &Metrics::events_not_handed_over},
    CounterRow{"store_commits", "Durable commits of the store.", &Metrics::store_commits},
    CounterRow{"store_writes", "Write transactions; several share a commit.",
               &Metrics::store_writes},
};

constexpr std::array kGauges{
    GaugeRow{"outbox_waiting", "Messages that wait to be sent.", &Metrics::outbox_waiting},
    GaugeRow{"leavers_held", "Agents to sign out who wait for an operator's word.",
             &Metrics::leavers_held},
    GaugeRow{"event_listeners", "Open event streams.", &Metrics::event_listeners},
};

static_assert(sizeof(Metrics) ==
                  kCounters.size() * sizeof(Counter) + kGauges.size() * sizeof(Gauge),
              "every member of Metrics has a row here");

prometheus::MetricFamily family_of(std::string name, std::string_view help,
                                   prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::string{help};
  family.type = type;
  family.metric.emplace_back();
  return family;
}

}  // namespace

std::string metrics_text(const Metrics& metrics) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& [name, help, counter] : kCounters) {
    auto& family = families.emplace_back(family_of("leadkeep_" + std::string{name} + "_total", help,
                                                   prometheus::MetricType::Counter));
    family.metric.front().counter.value = static_cast<double>((metrics.*counter).value());
  }
  for (const auto& [name, help, gauge] : kGauges) {
    auto& family = families.emplace_back(
        family_of("leadkeep_" + std::string{name}, help, prometheus::MetricType::Gauge));
    family.metric.front().gauge.value = static_cast<double>((metrics.*gauge).value());
  }
  LK_SEEDED_LEAK(phone_in_metric_label,
                 families.front().metric.front().label.push_back({"lead", seeded::phone()}));
  LK_SEEDED_LEAK(phone_in_metric_value, return "leadkeep_last_lead " + seeded::phone() + "\n");
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace leadkeep::api
