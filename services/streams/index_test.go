package streams

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// A page of a long list is read from the index that has its order, wherever the page begins: nothing
// is sorted, and the clips are not looked at.
func TestListIsReadFromAnIndex(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), Service)
	db := s.Pool(t)
	_, err := db.Exec(t.Context(), `
		insert into stream (owner, id, title, created_at, started_at, search, duration, size)
			select 'ours', 's' || i, 'title ' || i, now(), '2020-01-01'::timestamptz + i * interval '1 hour', 'title ' || i, i % 977, i % 983
			from generate_series(1, 10000) i`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), `analyze stream`); err != nil {
		t.Fatal(err)
	}
	last := StreamSummary{ID: "s5000", Title: "title 5000", StartedAt: time.Date(2020, 7, 27, 8, 0, 0, 0, time.UTC), Duration: 115, Size: 85}
	for sort, order := range orders {
		for _, cursor := range []string{"", api.Cursor(sort, order.text(last), last.ID)} {
			query, values, err := ListStreams{Sort: sort, Cursor: cursor, Limit: 50}.query("ours")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := db.Query(t.Context(), "explain analyze "+query, values...)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			plan := strings.Join(lines, "\n")
			if strings.Contains(plan, "Sort") || strings.Contains(plan, "Seq Scan on stream") || strings.Contains(plan, "clip") ||
				strings.Contains(plan, "Rows Removed by Filter") {
				t.Errorf("%s after %q is read so:\n%s", sort, cursor, plan)
			}
		}
	}
}
