-- wrk's side: one request (method, cookie, bodies), each from another address; prints JSON at the end.
-- Arguments: METHOD COOKIE FILE; FILE holds one body per line ("-" for none).
local bodies, method, cookie = {}, "GET", ""

function init(args)
  method, cookie = args[1] or "GET", args[2] or ""
  if args[3] and args[3] ~= "-" then
    for line in io.lines(args[3]) do bodies[#bodies + 1] = line end
  end
  math.randomseed(os.time())
end

function request()
  local headers = {["X-Forwarded-For"] =
    string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))}
  if cookie ~= "" then headers["Cookie"] = cookie end
  local body = nil
  if #bodies > 0 then
    body = bodies[math.random(#bodies)]
    headers["Content-Type"] = "application/x-www-form-urlencoded"
  end
  return wrk.format(method, nil, headers, body)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\n{"rate": %.1f, "p50": %.2f, "p95": %.2f, "requests": %d, "failed": %d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout))
end
