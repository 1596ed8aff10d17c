package testkit

import (
	"testing"

	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Durable is a Platform whose NATS and PostgreSQL sync what they acknowledge, as those of `up` do: for
// benchmarks, which would otherwise measure what nobody runs.
func Durable(t testing.TB) run.Platform {
	t.Helper()
	p := Platform(t)
	postgres, err := local.StartPostgres(t.Context(), t.TempDir(), local.PostgresOptions{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(postgres.Stop)
	p.DatabaseURL = postgres.URL()
	p.Logs = logs(t, local.NATSOptions{Dir: t.TempDir(), Durable: true})
	return p
}
