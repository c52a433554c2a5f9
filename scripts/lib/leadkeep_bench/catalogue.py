"""What each figure is, what stands beside it as the limit, and what it is to reach on two cores.

Where a goal names a number of leads, it is 10 million; a figure says how many it was measured with.
"""
AT_LEAST, AT_MOST = "at least", "at most"
INBOUND = (("value", AT_LEAST, 4000), ("ratio", AT_LEAST, 0.5))

# name: (title, what the limit is, goal)
CATALOGUE = {
    "read_lead": ("One lead, masked, over TLS, 64 connections",
                  "nginx, same bytes", (("ratio", AT_LEAST, 0.7),)),
    "read_lead_on_record": ("… beside the disk: each reading is durable before the answer",
                            "LMDB alone, 16 in flight", (("ratio", AT_LEAST, 0.5),)),
    "page_50": ("50 masked messages over TLS, 64 connections",
                "nginx, same bytes", (("ratio", AT_LEAST, 0.4),)),
    "page_50_p50": ("… time of half of the pages", "nginx, same bytes", ()),
    "page_50_p99": ("… time of 99 of 100 pages", "nginx, same bytes", (("value", AT_MOST, 5),)),
    "conversations_50": ("List of 50 conversations over TLS, 64 connections",
                         "nginx, same bytes", ()),
    "webhook_1": ("Durable inbound over TLS, 1 in flight", "LMDB alone", ()),
    "webhook_16": ("Durable inbound over TLS, 16 in flight", "LMDB alone", ()),
    "webhook_64": ("Durable inbound over TLS, 64 in flight", "LMDB alone", INBOUND),
    "durable_inbound_1": ("Durable inbound in process, 1 in flight", "LMDB alone", ()),
    "durable_inbound_16": ("Durable inbound in process, 16 in flight", "LMDB alone", ()),
    "durable_inbound_64": ("Durable inbound in process, 64 in flight", "LMDB alone", INBOUND),
    "masked_page_50": ("50 masked messages in process, 64 readers", "LMDB scan of 50 rows", ()),
    "lookup_phone": ("Lead by phone number in process", "LMDB, two gets", ()),
    "lookup_phone_growth": ("Lead by phone number, as the store grows", "10 000 leads",
                            (("ratio", AT_MOST, 1.5),)),
    "seal_record_256": ("Seal a record of 256 bytes", "AES-256-GCM alone", ()),
    "handshakes": ("Full TLS handshakes with a client's certificate, 2 at once",
                   "nginx that asks for one", ()),
    "noisy_neighbour": ("99 of 100 reads, beside a client that asks too much", "nobody beside it",
                        (("value", AT_MOST, 20),)),
    "log_in": ("Log-in with a password over TLS, 2 at once", "Argon2id alone", ()),
    "directory_log_in": ("Log-in of people of an OpenLDAP directory, 16 at once",
                "TLS and bind alone", (("value", AT_LEAST, 100),)),
    "directory_log_in_cpu": ("… processor of ours for each", "TLS and bind alone",
                    (("value", AT_MOST, 5),)),
    "saml_response": ("Log-in by SAML: a signed response, read by a process of its own",
                      "read in process", (("value", AT_MOST, 5),)),
    "saml_attack": ("… the attack that costs most to refuse", "read in process",
                    (("value", AT_MOST, 10),)),
    "recheck_500": ("500 signed in are looked up; processor of the directory",
                    "one search for them", (("value", AT_MOST, 1000),)),
    "events_500": ("An event to the last of 500 listeners", "plain sockets", ()),
    "events_2000": ("An event to the last of 2000 listeners", "plain sockets", ()),
    "stream_memory": ("… memory of each of them", "OpenSSL alone", (("value", AT_MOST, 64),)),
    "store_size": ("Store and keys on disk", "plain protobuf", (("ratio", AT_MOST, 2),)),
    "start_to_ready": ("Start to ready", "the program's --help", (("value", AT_MOST, 2000),)),
    "memory_own": ("Memory of its own, 500 listeners", "just started", (("value", AT_MOST, 200),)),
    "memory_of_files": ("Page cache it has mapped", "just started", ()),
}

# What one name on the command line stands for.
GROUPS = {"sign-on": ("directory_log_in", "directory_log_in_cpu", "saml_response", "saml_attack",
                      "recheck_500"),
          "api": ("read_lead", "read_lead_on_record", "page_50", "page_50_p50", "page_50_p99", "handshakes",
                  "noisy_neighbour", "events_2000", "stream_memory")}


def in_order(figures):
    names = list(CATALOGUE)
    return sorted(figures, key=lambda figure: names.index(figure["name"]))


def title(name):
    return CATALOGUE[name][0]


def limit_of(name):
    return CATALOGUE[name][1]


def goal(name):
    return CATALOGUE[name][2]


def judge(figure):
    """The goal in words and whether it is met; nothing where there is none."""
    wanted = goal(figure["name"])
    if not wanted:
        return {}
    met = all(field in figure and (figure[field] >= bound if sense == AT_LEAST
                                   else figure[field] <= bound) for field, sense, bound in wanted)
    words = " and ".join(f"{field} {sense} {bound:g}" for field, sense, bound in wanted)
    return {"goal": words, "goal_met": met}
