// A network of the AT Protocol: a directory of accounts (PLC), a server with the accounts of people (PDS) and, where
// DB_POSTGRES_URL names a database, what answers searches and lists (AppView). It runs until its standard input ends.
// The first argument may hold settings of the PDS, as JSON; the addresses go to standard output.
import { mockNetworkUtilities, TestBsky, TestBsync, TestPds, TestPlc } from '@atproto/dev-env'

const settings = JSON.parse(process.argv[2] ?? '{}')
const dbUrl = process.env.DB_POSTGRES_URL
const plc = await TestPlc.create({})

async function startAppView(pdsPort) {
  const bsync = await TestBsync.create({ apiKeys: ['key'], dbUrl, dbSchema: 'bsync' })
  const appview = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    bsyncApiKey: 'key',
    bsyncUrl: bsync.url,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: dbUrl,
    dbPostgresSchema: 'appview',
  })
  bsync.ctx.dataplaneClients = [appview.ctx.dataplane]
  return appview
}

let appview
if (dbUrl) {
  appview = await startAppView(settings.port)
  settings.bskyAppViewUrl = appview.url
  settings.bskyAppViewDid = appview.ctx.cfg.serverDid
}
const pds = await TestPds.create({ didPlcUrl: plc.url, ...settings })
mockNetworkUtilities(pds, appview)
console.log(JSON.stringify({ pds: pds.url, appview: appview?.url ?? '' }))

process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
