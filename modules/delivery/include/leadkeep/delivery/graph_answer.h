// leadkeep/delivery/graph_answer.h — what an answer of the Graph API means for the sender
//
// Decides on the error code, never on the HTTP status or the title: rate limits come as HTTP 400.
// A body that is not the documented JSON, whatever the status, is kUnknown.
// Source   WhatsApp Cloud API: error codes (September 2026)
// Threads  any; pure
#pragma once
#include <leadkeep/delivery/gateway.h>

#include <string_view>

namespace leadkeep::delivery {

[[nodiscard]] SendOutcome read_graph_answer(int http_status, std::string_view body,
                                            std::uint32_t attempt);

}  // namespace leadkeep::delivery
