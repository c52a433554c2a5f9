#include "arguments.h"

#include <sstream>

#include <boost/program_options.hpp>

namespace leadkeep::ctl {
namespace {

namespace po = boost::program_options;

constexpr const char* kCommands =
    "leadkeepctl — talks to the running leadkeepd of this host over its control socket\n\n"
    "usage: leadkeepctl COMMAND [OPTION …]\n\n"
    "  init                    make an empty store (the daemon must not run on it)\n"
    "                            --store DIR --root-key-file FILE; the key is made if it is "
    "missing\n"
    "  status                  state of the daemon, and how much the store holds\n"
    "  agents list             every local agent with roles and state\n"
    "  agents add USERNAME     --name 'Anna Blum' --role agent; asks for the password\n"
    "  agents disable USERNAME ends the agent's sessions at once\n"
    "  agents enable USERNAME\n"
    "  agents sign-out USERNAME\n"
    "                          ends the agent's sessions; the agent may sign in again\n"
    "  agents sign-out-everybody\n"
    "  agents set-password USERNAME\n"
    "                          for somebody who has lost theirs; asks for it, and signs the agent "
    "out\n"
    "  agents devices USERNAME browsers that stand in for the agent's second factor\n"
    "  agents forget-devices USERNAME [DEVICE]\n"
    "                          forgets one of them or all, and ends their sessions\n"
    "  agents reset-second-factor USERNAME\n"
    "                          takes every second factor away and signs the agent out; prints a\n"
    "                            code to enrol a new one with, good once and for ten minutes\n"
    "  client list             every program that may talk to us, or might, and what it may\n"
    "  client add NAME         --owner IT --purpose 'contacts of the CRM' --scope SCOPE\n"
    "                            --record-class CLASS --network 10.1.0.0/16; prints a token, good "
    "for\n"
    "                            ten minutes, to bring the client's key with\n"
    "  client enrol            brings a key: --token-file FILE, and --key FILE, which is made if "
    "it "
    "is\n"
    "                            missing, or --request FILE of a key elsewhere. The same again, "
    "once\n"
    "                            it is approved, writes the --certificate FILE\n"
    "  client approve NAME     --fingerprint SHA256 of its key, as its owner says it\n"
    "  client suspend NAME     its requests and streams end at once; client resume NAME\n"
    "  client revoke NAME      for good\n"
    "  client invite NAME      another token: it has lost its key\n"
    "  client webhook NAME     --url https://host/path, where it is told of events, in place of "
    "asking;\n"
    "                            prints the secret that they are signed with. Without --url: how "
    "it "
    "goes\n"
    "  client webhook-secret NAME\n"
    "                          another secret; the old one signs as well for a day\n"
    "  client webhook-resume NAME\n"
    "                          after its program did not take events for three days\n"
    "  client webhook-remove NAME\n"
    "  break-glass             root only: prints a code that opens a session of 15 minutes, which\n"
    "                            manages agents and sees no personal data; for when the directory\n"
    "                            lets nobody in. It is on record and in the log\n"
    "  ldap test USERNAME      a log-in at the company's directory, step by step; asks for the\n"
    "                            password, without one it ends before that step. --config FILE\n"
    "  ldap leavers            who would be signed out, were it not so many at once that the\n"
    "                            directory or a setting may be at fault\n"
    "  ldap leavers end        signs them out\n"
    "  saml show [FILE]        what the metadata in FILE says, to compare with what the identity\n"
    "                            provider's people say; without one, what is configured and what\n"
    "                            they have to know of us. --config FILE\n"
    "  saml add NAME FILE      takes the identity provider of this metadata into the "
    "configuration,\n"
    "                            once --fingerprint is that of its file or certificate\n"
    "  saml refresh NAME       fetches what the identity provider publishes now, says what has "
    "changed\n"
    "                            since it was confirmed, and with --fingerprint confirms it\n"
    "  saml test               would this response let its person in? Prints every check by its "
    "id.\n"
    "                            --response FILE or -, --config FILE, --provider NAME, --at TIME,\n"
    "                            --in-response-to ID; needs no daemon, and changes nothing\n"
    "  saml selftest           makes attacks of a response that is accepted, and shows that each "
    "is\n"
    "                            refused. The same options as saml test\n"
    "  saml rotate             makes the keys of this host, or takes the next step of a change: "
    "the\n"
    "                            next keys are published first, and taken into use a week later\n"
    "  oidc show               what the OpenID providers have to know of us. --config FILE\n"
    "  oidc add NAME ISSUER CLIENT_ID\n"
    "                          reads what the provider says of itself, and takes it into the "
    "configuration\n"
    "  oidc test [NAME]        does the provider answer, and does it know us? Signs nobody in\n"
    "  oidc rotate             makes the key of this host, or takes the next step of a change, as\n"
    "                            saml rotate does\n"
    "  mail test ADDRESS       sends a mail there through the company's relay, and says what is\n"
    "                            wrong if it is not taken. --config FILE\n"
    "  keys status             since when the keys are wrapped as they are, and how many that "
    "were\n"
    "                            destroyed old copies of the key file may still hold\n"
    "  keys rotate             wraps every key anew and destroys what wrapped them before, so "
    "that\n"
    "                            nothing of those that were destroyed is left; it goes on by "
    "itself\n"
    "                            where it was interrupted\n"
    "  store verify            read every record and compare with the state hash\n"
    "  leaktest                look for personal data where the policy does not allow it;\n"
    "                            leaktest --help says how\n\n"
    "Roles: agent, supervisor, privacy_officer, auditor, admin. The last three see no "
    "conversation.\n"
    "Scopes: sessions, conversations:read, conversations:write, messages:send, leads:read,\n"
    "leads:write, leads:reveal, leads:erase, consents:read, consents:write, events:read,\n"
    "agents:read, audit:read, administration.\n"
    "Own scopes, of a program with nobody signed in, are those that read.\n"
    "Record classes: phone_numbers, email_addresses, whatsapp_ids, names, texts.\n"
    "Exit codes: 0 done, 1 refused, damaged or leaks, 2 usage, 3 the daemon does not answer.\n\n";

po::options_description describe(Arguments& out) {
  po::options_description options{"Options"};
  options.add_options()("socket", po::value<std::string>()->value_name("PATH"),
                        "control socket (/run/leadkeep/control.sock)")(
      "store", po::value<std::string>()->value_name("DIR"), "directory of the store to make")(
      "root-key-file", po::value<std::string>()->value_name("FILE"),
      "file of the root key, mode 0600; keep it apart from backups of the store")(
      "name", po::value<std::string>(&out.display_name)->value_name("NAME"),
      "name that colleagues see")(
      "role", po::value<std::vector<std::string>>(&out.roles)->value_name("ROLE"),
      "role of the new agent; may be given more than once")(
      "password-file", po::value<std::string>()->value_name("FILE"),
      "file with the password in its first line, mode 0600")(
      "config", po::value<std::string>()->value_name("FILE"),
      "leaktest, ldap, saml, oidc and mail: configuration of the daemon "
      "(/etc/leadkeep/leadkeepd.conf)")(
      "response", po::value<std::string>(&out.saml.response)->value_name("FILE"),
      "saml test, selftest: a response as XML or as a browser posts it, or - for standard input")(
      "at", po::value<std::string>(&out.saml.at)->value_name("TIME"),
      "saml test: as if it were then, such as 2026-11-24T15:51:18Z")(
      "in-response-to", po::value<std::string>(&out.saml.request)->value_name("ID"),
      "saml test: the request that it has to answer (what the response itself says)")(
      "provider", po::value<std::string>(&out.saml.provider)->value_name("NAME"),
      "saml test: which identity provider was asked (the only one)")(
      "fingerprint", po::value<std::string>(&out.saml.fingerprint)->value_name("SHA256"),
      "saml add, refresh: of the metadata or its certificate, as the identity provider's people "
      "say; client approve: of its key")(
      "owner", po::value<std::string>(&out.client.owner)->value_name("WHO"),
      "client add: the person or team that answers for it")(
      "purpose", po::value<std::string>(&out.client.purpose)->value_name("WHY"),
      "client add: what it is for")(
      "scope", po::value<std::vector<std::string>>(&out.client.scopes)->value_name("SCOPE"),
      "client add: what may be done through it; may be given more than once")(
      "own-scope", po::value<std::vector<std::string>>(&out.client.own_scopes)->value_name("SCOPE"),
      "client add: what it may read by itself, with nobody signed in; may be given more than once")(
      "record-class",
      po::value<std::vector<std::string>>(&out.client.record_classes)->value_name("CLASS"),
      "client add: what of a person may be seen through it; may be given more than once")(
      "network", po::value<std::vector<std::string>>(&out.client.networks)->value_name("CIDR"),
      "client add: where it may come from (everywhere); may be given more than once")(
      "expires-in-days", po::value<unsigned>()->value_name("N"),
      "client add: when it is over (never)")(
      "token-file", po::value<std::string>()->value_name("FILE"),
      "client add, invite: writes the token there, mode 0600, and not onto the screen; client "
      "enrol: reads it")("key", po::value<std::string>()->value_name("FILE"),
                         "client enrol: the client's private key, PEM, mode 0600")(
      "request", po::value<std::string>()->value_name("FILE"),
      "client enrol: a certificate request, PEM, of a key that is elsewhere")(
      "certificate", po::value<std::string>()->value_name("FILE"),
      "client enrol: where the certificate is written to, PEM")(
      "url", po::value<std::string>(&out.client.url)->value_name("URL"),
      "client webhook: where the client is told of events")(
      "secret-file", po::value<std::string>()->value_name("FILE"),
      "client webhook, webhook-secret: writes the secret there, mode 0600, and not onto the "
      "screen")("log", po::value<std::string>()->value_name("FILE"), "leaktest: log to search")(
      "memory", "leaktest: search the memory too")("json", "leaktest: report as JSON")(
      "idle", po::value<unsigned>()->value_name("SECONDS"),
      "leaktest: rest before files and memory are searched (3)")("version", "print the version")(
      "help,h", "print this text");
  return options;
}

void take_path(const po::variables_map& chosen, const char* name, std::filesystem::path& out) {
  if (chosen.contains(name)) {
    out = chosen[name].as<std::string>();
  }
}

void take_leak_test(const po::variables_map& chosen, leaktest::Options& out) {
  take_path(chosen, "log", out.log);
  if (chosen.contains("memory")) {
    out.memory = leaktest::Options::Memory::kSearch;
  }
  if (chosen.contains("json")) {
    out.format = leaktest::Options::Format::kJson;
  }
  if (chosen.contains("idle")) {
    out.idle = std::chrono::seconds{chosen["idle"].as<unsigned>()};
  }
}

}  // namespace

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  try {
    Arguments out;
    po::options_description visible = describe(out);
    po::options_description all;
    all.add(visible).add_options()("words", po::value<std::vector<std::string>>(&out.words));
    po::positional_options_description positions;
    positions.add("words", -1);
    po::variables_map chosen;
    po::store(po::command_line_parser{argc, argv}.options(all).positional(positions).run(), chosen);
    po::notify(chosen);
    take_path(chosen, "socket", out.socket);
    take_path(chosen, "store", out.store);
    take_path(chosen, "root-key-file", out.root_key_file);
    take_path(chosen, "password-file", out.password_file);
    take_path(chosen, "config", out.config);
    take_path(chosen, "token-file", out.client.token_file);
    take_path(chosen, "key", out.client.key);
    take_path(chosen, "request", out.client.request);
    take_path(chosen, "certificate", out.client.certificate);
    take_path(chosen, "secret-file", out.client.secret_file);
    if (chosen.contains("expires-in-days")) {
      out.client.expires_in_days = chosen["expires-in-days"].as<unsigned>();
    }
    take_leak_test(chosen, out.leak_test);
    out.leak_test.config = out.config;
    if (chosen.contains("version")) {
      out.wish = Arguments::Wish::kVersion;
    } else if (chosen.contains("help") || out.words.empty()) {
      out.wish = Arguments::Wish::kHelp;
    }
    return out;
  } catch (const po::error& error) {
    return fail(Errc::kInvalidInput, std::string{error.what()} + "; see leadkeepctl --help");
  }
}

std::string help_text() {
  Arguments unused;
  std::ostringstream out;
  out << kCommands << describe(unused);
  return out.str();
}

}  // namespace leadkeep::ctl
