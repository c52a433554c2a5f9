// leadkeep/api/event_body.h — an event as a program gets it at its webhook
//
//   {"type":"message.received","timestamp":…,"data":{"conversation_id":…,"message_id":…,
//    "conversation":{…},"message":{…}}}
//
// The two objects are those of GET /v1/conversations/{id} and of its messages; null where the program sees
// ids only.
// Source   Standard Webhooks 1.0.0, payload structure
// Threads  any; pure
#pragma once
#include <leadkeep/flow/deliver_webhooks.h>

#include <string>

namespace leadkeep::api {

[[nodiscard]] std::string event_body(const flow::HandedOver& event);

}  // namespace leadkeep::api
