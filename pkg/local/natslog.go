package local

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// natsLog passes on what nats-server warns of, and keeps the reason why it cannot run.
type natsLog struct {
	failed func() // is told when a log cannot be written

	mu   sync.Mutex
	last string
}

func (l *natsLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *natsLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = fmt.Sprintf(format, v...)
}

func (l *natsLog) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	slog.Error("nats-server", "message", text)
	if strings.Contains(strings.ToLower(text), "critical write error") {
		l.failed()
	}
}

func (l *natsLog) Warnf(format string, v ...any) {
	slog.Warn("nats-server", "message", fmt.Sprintf(format, v...))
}

func (l *natsLog) Noticef(format string, v ...any) {
	slog.Debug("nats-server", "message", fmt.Sprintf(format, v...))
}

func (l *natsLog) Debugf(string, ...any) {}
func (l *natsLog) Tracef(string, ...any) {}
