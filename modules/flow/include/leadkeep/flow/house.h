// leadkeep/flow/house.h — what every path needs: the store, the time, the listeners, the counters
//
// Made once by the daemon, and by tests with a clock of their own. References outlive the paths.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/delivery/outbox.h>
#include <leadkeep/inbox/event_feed.h>
#include <leadkeep/privacy/normalise.h>
#include <leadkeep/store/store.h>

#include <string>

namespace leadkeep::flow {

struct House {
  store::Store& store;
  const Clock& clock;
  inbox::EventFeed& feed;
  delivery::OutboxSignal& outbox_signal;
  Metrics& metrics;
  std::string phone_number_id;  // WhatsApp's id of our number
  privacy::Region region;       // country for numbers in message text
};

}  // namespace leadkeep::flow
