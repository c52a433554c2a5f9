#include "scan.h"

#include <leadkeep/base/text.h>
#include <leadkeep/json/value.h>

#include <limits>

#include <nlohmann/json.hpp>

namespace leadkeep::json {
namespace {

using Node = nlohmann::json;

const Node* as_node(const void* node) noexcept {
  return static_cast<const Node*>(node);
}

}  // namespace

struct Document::Tree {
  Node root;
};

Document::Document(std::unique_ptr<const Tree> tree) noexcept : m_tree{std::move(tree)} {}

Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view utf8, const ParseLimits& limits) {
  if (utf8.size() > limits.max_bytes) {
    return fail(Errc::kTooLarge, "JSON text is over its size limit");
  }
  if (!is_valid_utf8(utf8)) {
    return fail(Errc::kInvalidInput, "JSON text is not UTF-8");
  }
  const Scan scan = scan_text(utf8, limits.max_depth);
  if (scan.ends_too_deep || (scan.has_part_beyond && limits.beyond == Beyond::kRefuse)) {
    return fail(Errc::kInvalidInput, "JSON text is nested too deeply, or has too large a number");
  }
  // The library would skip a byte order mark and end at a NUL; neither is part of the grammar.
  if (scan.has_stray_nul || utf8.starts_with("\xEF\xBB\xBF")) {
    return fail(Errc::kInvalidInput, "JSON text has a character that belongs to no value");
  }
  std::string readable;
  if (!scan.mends.empty()) {
    readable = mended(utf8, scan.mends);
    utf8 = readable;
  }
  // Without recursion, and with a discarded value in place of an exception.
  Node root = Node::parse(utf8, nullptr, false);
  if (root.is_discarded()) {
    return fail(Errc::kInvalidInput, "text is not one JSON value");
  }
  return Document{std::make_unique<const Tree>(Tree{std::move(root)})};
}

Value Document::root() const& {
  LK_CHECK(m_tree != nullptr);
  return Value{&m_tree->root};
}

bool Value::is_object() const noexcept {
  return m_node != nullptr && as_node(m_node)->is_object();
}

bool Value::is_array() const noexcept {
  return m_node != nullptr && as_node(m_node)->is_array();
}

bool Value::is_string() const noexcept {
  return m_node != nullptr && as_node(m_node)->is_string();
}

bool Value::is_null() const noexcept {
  return m_node != nullptr && as_node(m_node)->is_null();
}

Value Value::operator[](std::string_view key) const {
  if (!is_object()) {
    return {};
  }
  const auto& object = *as_node(m_node)->get_ptr<const Node::object_t*>();
  const auto found = object.find(key);
  return found == object.end() ? Value{} : Value{&found->second};
}

Value Value::at(std::size_t index) const noexcept {
  if (!is_array()) {
    return {};
  }
  const auto& array = *as_node(m_node)->get_ptr<const Node::array_t*>();
  return index < array.size() ? Value{&array[index]} : Value{};
}

std::size_t Value::size() const noexcept {
  return is_array() || is_object() ? as_node(m_node)->size() : 0;
}

std::vector<Value> Value::items() const {
  std::vector<Value> out;
  if (is_array()) {
    out.reserve(size());
    for (const Node& element : *as_node(m_node)) {
      out.push_back(Value{&element});
    }
  }
  return out;
}

std::vector<std::pair<std::string_view, Value>> Value::members() const {
  std::vector<std::pair<std::string_view, Value>> out;
  if (is_object()) {
    out.reserve(size());
    for (const auto& [name, member] : *as_node(m_node)->get_ptr<const Node::object_t*>()) {
      out.emplace_back(name, Value{&member});
    }
  }
  return out;
}

std::optional<std::string_view> Value::string() const noexcept {
  return is_string()
             ? std::optional<std::string_view>{*as_node(m_node)->get_ptr<const Node::string_t*>()}
             : std::nullopt;
}

std::optional<std::int64_t> Value::integer() const noexcept {
  if (m_node == nullptr || !as_node(m_node)->is_number_integer()) {
    return std::nullopt;
  }
  // Every non-negative integer is stored unsigned.
  if (const auto* positive = as_node(m_node)->get_ptr<const Node::number_unsigned_t*>()) {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return *positive <= kMax ? std::optional{static_cast<std::int64_t>(*positive)} : std::nullopt;
  }
  return *as_node(m_node)->get_ptr<const Node::number_integer_t*>();
}

std::optional<bool> Value::boolean() const noexcept {
  if (m_node == nullptr || !as_node(m_node)->is_boolean()) {
    return std::nullopt;
  }
  return *as_node(m_node)->get_ptr<const Node::boolean_t*>();
}

std::optional<std::string> Value::string_or_number() const {
  if (const auto text = string()) {
    return std::string{*text};
  }
  if (m_node != nullptr && as_node(m_node)->is_number_integer()) {
    return dump();
  }
  return std::nullopt;
}

std::string Value::dump() const {
  if (m_node == nullptr) {
    return {};
  }
  return as_node(m_node)->dump(-1, ' ', false, Node::error_handler_t::replace);
}

}  // namespace leadkeep::json
