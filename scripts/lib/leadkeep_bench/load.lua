-- What wrk sends, and what it tells in the end.
--
--   wrk … -s load.lua URL -- get  FILE THREADS [TOKEN]   a path in each line, each in its turn
--   wrk … -s load.lua URL -- post FILE THREADS [FIELD]   a value of the field FIELD, a tab and a body
--
-- Requests are made before the clock starts. A thread takes every THREADS-th line.
local threads = 0
local requests, last = {}, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function get_request(line, token)
  local headers = token and { Authorization = "Bearer " .. token } or {}
  return wrk.format("GET", line, headers)
end

local function post_request(line, field)
  local tab = line:find("\t", 1, true)
  local headers = { ["Content-Type"] = "application/json" }
  if field then
    headers[field] = line:sub(1, tab - 1)
  end
  return wrk.format("POST", nil, headers, line:sub(tab + 1))
end

function init(arguments)
  local make = arguments[1] == "post" and post_request or get_request
  local of = tonumber(arguments[3])
  local n = 0
  for line in io.lines(arguments[2]) do
    if n % of == number % of then
      requests[#requests + 1] = make(line, arguments[4])
    end
    n = n + 1
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
