// leadkeep/json/value.h — a parsed JSON document, read through views that cannot fail
//
// Takes    UTF-8 text and limits
// Yields   Document, which owns the tree; Value, a view that lives no longer than its Document
// Refuses  kTooLarge      more bytes than the limit
//          kInvalidInput  not exactly one RFC 8259 value, or not UTF-8; the detail never quotes the
//                         text. With Beyond::kRefuse also what is nested deeper than the limit, and
//                         a number beyond the range of a double
// Source   RFC 8259
// Threads  any; a Document does not change
//
// A wrong type is absence: asking a number for a member or an object for a string gives nothing, so
// that a reader of foreign JSON needs no branch per type. Members are sorted by name; of a repeated
// name the last one counts. An escaped half of a surrogate pair, which UTF-8 cannot hold, reads as
// U+FFFD: a message cut inside an emoji must not cost the whole document.
#pragma once
#include <leadkeep/base/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::json {

// What becomes of a part that is proper JSON and still more than is held here: an array or object
// below max_depth, a number such as 1e400. A document that carries the messages of many people must
// not be lost to one such part in one of them, so there it reads as null. A request is refused.
enum class Beyond : std::uint8_t { kRefuse, kReadAsNull };

struct ParseLimits {
  std::size_t max_bytes;
  std::size_t max_depth = 32;  // arrays and objects inside each other; a lone number has depth 0
  Beyond beyond = Beyond::kRefuse;
};

class Value {
 public:
  Value() = default;  // absent

  [[nodiscard]] bool is_absent() const noexcept { return m_node == nullptr; }

  [[nodiscard]] bool is_object() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] bool is_null() const noexcept;  // the literal null, not absence

  [[nodiscard]] Value operator[](std::string_view key) const;
  [[nodiscard]] Value at(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  // elements or members; otherwise 0

  [[nodiscard]] std::vector<Value> items() const;
  [[nodiscard]] std::vector<std::pair<std::string_view, Value>> members() const;

  [[nodiscard]] std::optional<std::string_view> string() const noexcept;
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;  // 3 is one, 3.0 and "3" not
  [[nodiscard]] std::optional<bool> boolean() const noexcept;
  [[nodiscard]] std::optional<std::string> string_or_number() const;  // "3" and 3 give "3"

  // The subtree as compact JSON: sorted members, no escapes but the necessary ones. Equal documents
  // give equal text whatever the order of their members. Empty if the value is absent.
  [[nodiscard]] std::string dump() const;

 private:
  friend class Document;

  explicit Value(const void* node) noexcept : m_node{node} {}

  const void* m_node = nullptr;  // a node of the library's tree, owned by the Document
};

class Document {
 public:
  [[nodiscard]] static Result<Document> parse(std::string_view utf8, const ParseLimits& limits);

  Document(Document&&) noexcept;  // values stay valid, they belong to the new owner
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Value root() const&;
  Value root() const&& = delete;

 private:
  struct Tree;
  explicit Document(std::unique_ptr<const Tree> tree) noexcept;

  std::unique_ptr<const Tree> m_tree;
};

}  // namespace leadkeep::json
