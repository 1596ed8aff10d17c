package chat

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

var benchMessages = flag.Int("messages", 1_000_000, "how many messages BenchmarkHistory has")

// BenchmarkHistory has a month of chat. It rebuilds the tables, and as the raw part reads the log and
// copies into the same tables; and it searches for words that are rare and for words that are common.
func BenchmarkHistory(b *testing.B) {
	p := testkit.Platform(b)
	fillChat(b, p, *benchMessages)
	s := testkit.Start(b, p, Service)
	db := s.Pool(b)
	awaitChat(b, s, *benchMessages)
	b.Run("rebuild", func(b *testing.B) {
		var raw, kit time.Duration
		for b.Loop() {
			began := time.Now()
			rebuildByHand(b, p, db, *benchMessages)
			raw += time.Since(began)
			began = time.Now()
			if err := p.Logs.Rebuild(b.Context(), db, history, nil); err != nil {
				b.Fatal(err)
			}
			kit += time.Since(began)
		}
		messages := float64(*benchMessages * b.N)
		b.ReportMetric(messages/raw.Seconds(), "raw-messages/s")
		b.ReportMetric(messages/kit.Seconds(), "kit-messages/s")
		b.ReportMetric(raw.Seconds()/kit.Seconds(), "ratio")
		b.ReportMetric(0, "ns/op")
	})
	for _, sql := range []string{
		"drop schema if exists hand cascade",
		"vacuum analyze message", // as the database does by itself within minutes
	} {
		if _, err := db.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	for name, words := range map[string]func(i int) string{
		"rare":   func(i int) string { return word(vocabulary - 1 - i) },
		"common": func(i int) string { return word(i % 10) },
		"medium": func(i int) string { return word(200 + 40*i) },
		"absent": func(i int) string { return fmt.Sprintf("nobody%d", i) },
	} {
		b.Run(name, func(b *testing.B) { benchmarkSearch(b, s, db, words) })
	}
}

// burst is how many messages come at once.
const burst = 50_000

// BenchmarkBurst puts a burst on the log while the tables follow, and measures from its first message until
// they lag behind no more, against the time in which the raw part folds what is on the log already. It looks
// whether the tables have each message once, and in order.
func BenchmarkBurst(b *testing.B) {
	var raw, told, ours time.Duration
	for b.Loop() {
		p := testkit.Durable(b)
		s := testkit.Start(b, p, Service)
		db := s.Pool(b)
		began := time.Now()
		fillChat(b, p, burst)
		told += time.Since(began)
		awaitChat(b, s, burst)
		ours += time.Since(began)
		var rows, ids int
		var ordered bool
		if err := db.QueryRow(b.Context(), `select count(*), count(distinct id), bool_and(behind is null or behind < seq)
			from (select id, seq, lag(seq) over (order by at, id) as behind from message) m`).Scan(&rows, &ids, &ordered); err != nil {
			b.Fatal(err)
		}
		if rows != burst || ids != burst || !ordered {
			b.Errorf("%d messages of %d ids, in order: %v", rows, ids, ordered)
		}
		began = time.Now()
		rebuildByHand(b, p, db, burst)
		raw += time.Since(began)
		s.Stop(b)
	}
	b.ReportMetric(burst*float64(b.N)/raw.Seconds(), "raw-messages/s")
	b.ReportMetric(burst*float64(b.N)/told.Seconds(), "told-messages/s")
	b.ReportMetric(burst*float64(b.N)/ours.Seconds(), "ours-messages/s")
	b.ReportMetric(ours.Seconds()/raw.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// awaitChat waits until the tables have so many messages; a call waits for five seconds.
func awaitChat(b *testing.B, s *testkit.System, n int) {
	b.Helper()
	newest := es.Position{Log: "CHAT", Seq: uint64(n)}
	for began := time.Now(); ; {
		if _, err := s.Call(b, ours, "GET /api/chat", testkit.Params("limit", "1"), nil, newest); err == nil {
			return
		} else if time.Since(began) > 20*time.Minute {
			b.Fatal(err)
		}
	}
}

var ours = testkit.Owner("ours")

func benchmarkSearch(b *testing.B, s *testkit.System, db *pgxpool.Pool, words func(i int) string) {
	const searches = 100
	var took []time.Duration
	for b.Loop() {
		for i := range searches {
			began := time.Now()
			if _, err := s.Call(b, ours, "GET /api/chat", testkit.Params("q", words(i)), nil); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	b.ReportMetric(1000*took[len(took)/2].Seconds(), "p50-ms")
	b.ReportMetric(1000*took[len(took)*95/100].Seconds(), "p95-ms")
	b.ReportMetric(0, "ns/op")
	var where api.Where
	where.Add("m.owner = ?", "ours")
	sql, err := ListMessages{Q: words(0), Limit: 50}.query(&where, true)
	if err != nil {
		b.Fatal(err)
	}
	plan, err := query(b.Context(), db, pgx.RowTo[string], "explain (analyze, costs off) "+sql, where.Values()...)
	if err != nil {
		b.Fatal(err)
	}
	const shown = 7 // the other days are read as the first one
	b.Logf("%q is searched so:\n%s\n…\n%s", words(0), strings.Join(plan[:min(shown, len(plan))], "\n"), strings.Join(plan[len(plan)-2:], "\n"))
}

// vocabulary is how many words there are: few of them are used all the time, most hardly ever.
const vocabulary = 50_000

func word(i int) string { return fmt.Sprintf("word%d", i) }

// fillChat puts messages of eight words on average, of a month and a thousand people, on the log.
func fillChat(b *testing.B, p run.Platform, n int) {
	b.Helper()
	dice := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(dice, 1.1, 1, vocabulary-1)
	began := time.Now().UTC().Add(-29 * 24 * time.Hour)
	step := 29 * 24 * time.Hour / time.Duration(n)
	for i := 0; i < n; {
		var drafts []es.Draft
		for len(drafts) < 1000 && i < n {
			var words []string
			for range 1 + dice.IntN(15) {
				words = append(words, word(int(zipf.Uint64())))
			}
			text := strings.Join(words, " ")
			name := fmt.Sprintf("somebody%d", dice.IntN(1000))
			drafts = append(drafts, es.Draft{Owner: "ours", Options: []es.Option{es.At(began.Add(time.Duration(i) * step))}, Event: events.MessageSent{
				Channel: "77", Message: es.NewID(), Person: events.Person{ID: name, Login: name, Name: name}, Text: text, Kind: "text", Color: "#1E90FF",
				Fragments: []events.Fragment{{Kind: "text", Text: text}}, Badges: []events.Badge{{Set: "subscriber", ID: "12", Info: "14"}},
			}})
			i++
		}
		if _, err := p.Logs.AppendAll(b.Context(), drafts...); err != nil {
			b.Fatal(err)
		}
	}
}

// rebuildByHand is what one would write without the kit: an ordered consumer, and 10 000 messages in a
// transaction with the position.
func rebuildByHand(b *testing.B, p run.Platform, db *pgxpool.Pool, n int) {
	b.Helper()
	conn, err := pgx.ConnectConfig(b.Context(), db.Config().ConnConfig)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(b.Context()) }()
	if _, err := conn.Exec(b.Context(), `drop schema if exists hand cascade; create schema hand; set search_path = hand; `+historySQL+`;
		create table position (seq bigint); insert into position values (0)`); err != nil {
		b.Fatal(err)
	}
	days := map[time.Time]bool{}
	var rows [][]any
	var last es.Position
	write := func() {
		if err := pgx.BeginFunc(b.Context(), conn, func(tx pgx.Tx) error {
			for day := range days {
				if _, err := tx.Exec(b.Context(), partition(day)); err != nil {
					return err
				}
			}
			if _, err := tx.CopyFrom(b.Context(), pgx.Identifier{"message"}, messageInserted, pgx.CopyFromRows(rows)); err != nil {
				return err
			}
			_, err := tx.Exec(b.Context(), `update position set seq = $1`, int64(last.Seq))
			return err
		}); err != nil {
			b.Fatal(err)
		}
		rows = rows[:0]
		clear(days)
	}
	testkit.ReadPlainly(b, p, "CHAT", n, func(msg testkit.Plain) {
		var sent events.MessageSent
		if err := json.Unmarshal(msg.Data, &sent); err != nil {
			b.Fatal(err)
		}
		var err error
		m := es.Meta{Position: es.Position{Log: "CHAT", Seq: msg.Seq}, Owner: strings.Split(msg.Subject, ".")[1], Stored: msg.Stored}
		if m.Time, err = time.Parse(time.RFC3339Nano, msg.Header["Event-Time"][0]); err != nil {
			b.Fatal(err)
		}
		day := dayOf(m, false)
		row, err := messageRow(sent, m, day)
		if err != nil {
			b.Fatal(err)
		}
		days[day], last = true, m.Position
		if rows = append(rows, row); len(rows) == 10_000 {
			write()
		}
	})
	write()
}
