// leadkeep/intake/parse.h — message path, parse: from signed bytes to updates
//
// Takes    VerifiedWebhook  signed by the platform; still not trusted to be well-formed
//          our_phone_number_id  the platform's id of our number; other numbers' updates are ignored
//          received_at      when the webhook came
// Yields   WebhookUpdates
// Refuses  kInvalidInput    not a JSON object, not UTF-8, or nested deeper than 32
//          kTooLarge        more than kMaxWebhookUpdates messages and statuses
// Source   WhatsApp Cloud API: webhooks, "messages" and "status"
// Threads  any; stateless
//
// One webhook carries up to 1,000 updates, and answering anything but 200 brings all of them again.
// So every element is read by itself: a wrong type, an unknown field or a missing key costs at most
// the element it is in, and that only where nothing is left to use.
//
// A time is taken as seconds or milliseconds by its magnitude; one before 2009 or more than an hour
// after received_at is absurd.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/result.h>
#include <leadkeep/intake/updates.h>
#include <leadkeep/intake/verify.h>

#include <string_view>

namespace leadkeep::intake {

[[nodiscard]] Result<WebhookUpdates> parse(const VerifiedWebhook& webhook,
                                           std::string_view our_phone_number_id,
                                           Timestamp received_at);

}  // namespace leadkeep::intake
