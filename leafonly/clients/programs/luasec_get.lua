local https = require("ssl.https")
local ssl = require("ssl")

local trust = arg[1]
if trust == "--version" then
  print("LuaSec " .. ssl._VERSION)
  print("module " .. package.searchpath("ssl", package.cpath))
  return
end
for i = 2, #arg do
  local parameters = { url = arg[i], redirect = false, verify = "peer", cafile = trust }
  local body = {}
  parameters.sink = require("ltn12").sink.table(body)
  local ok, problem = https.request(parameters)
  if not ok then
    io.stderr:write(problem, "\n")
    os.exit(1)
  end
  print(table.concat(body))
end
