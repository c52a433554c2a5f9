// The rows of clients.
#pragma once
#include <leadkeep/clients/client.h>
#include <leadkeep/store/records/client.pb.h>
#include <leadkeep/store/table.h>

namespace leadkeep::clients {

inline constexpr store::Table<records::Client> kClients{store::TableId::kClients};
inline constexpr store::Table<records::ClientReference> kClientIndex{store::TableId::kClientIndex};

[[nodiscard]] inline store::KeyRef clients_key() {
  return store::system_key("clients");
}

[[nodiscard]] std::optional<KeyHash> key_in(const std::string& bytes);
// kCorrupt for what is not a client of that row.
[[nodiscard]] Result<Client> read_client(const records::Client& record, ByteView row);
void write_draft(const Draft& draft, records::Client& record);

}  // namespace leadkeep::clients
