// The journal of raw webhooks: what came, as it came, so that a later parser can read it again.
//
// Sealed under the key of its day and not of a person, because one body may speak of many. The days
// go one by one, with their keys; what speaks of a person who is erased goes at once.
#pragma once
#include <leadkeep/flow/house.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

struct DeferredWebhook {
  Bytes key;  // of its rows
  std::string body;
  Timestamp received_at;
};

class WebhookJournal {
 public:
  // Makes the key of the day if it is the first webhook of the day.
  [[nodiscard]] static Result<WebhookJournal> open(House& house, Timestamp now);
  [[nodiscard]] Result<void> keep(store::WriteTxn& txn, std::string_view body) const;
  // In a transaction of its own, with a mark that it is still to be applied.
  [[nodiscard]] Result<void> keep_deferred(std::string_view body) const;

  // The deferred webhook behind `after` (empty: the first), if there is one.
  [[nodiscard]] static Result<std::optional<Bytes>> next_deferred(House& house, const Bytes& after);
  [[nodiscard]] static Result<DeferredWebhook> load_deferred(House& house, const Bytes& key);
  [[nodiscard]] static Result<void> settle(store::WriteTxn& txn, const DeferredWebhook& entry);

  // Removes whatever names one of these, deferred or not, among `limit` rows from the row `from` on; the row to
  // go on from, nothing at the end.
  [[nodiscard]] static Result<std::optional<Bytes>> remove_about(
      House& house, const std::vector<std::string>& names, const Bytes& from, std::size_t limit);
  // When what came then goes, by remove_old().
  [[nodiscard]] static Timestamp kept_until(Timestamp received, std::chrono::days kept);
  // Removes up to `limit` rows of days that are over for so long, and then the keys of those days. What is still
  // deferred stays, and its day with it.
  enum class Left : std::uint8_t { kNothing, kSome };
  [[nodiscard]] static Result<Left> remove_old(House& house, std::chrono::days kept, Timestamp now,
                                               std::size_t limit);

 private:
  WebhookJournal(House& house, std::uint32_t day, Timestamp now) noexcept
      : m_house{house}, m_day{day}, m_now{now} {}

  [[nodiscard]] Result<Bytes> write_entry(store::WriteTxn& txn, std::string_view body) const;

  House& m_house;
  std::uint32_t m_day;
  Timestamp m_now;
};

}  // namespace leadkeep::flow
