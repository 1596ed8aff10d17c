package run_test

import (
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestLogReplicas(t *testing.T) { // not parallel: it sets the environment
	for text, want := range map[string]int{"": 0, "1": 1, "3": 3, "5": 5} {
		t.Setenv("AFTERGLOW_LOG_REPLICAS", text)
		if c, err := (run.Config{}).FromEnv(); err != nil || c.LogReplicas != want {
			t.Errorf("%q is %d replicas (%v), want %d", text, c.LogReplicas, err, want)
		}
	}
	for _, text := range []string{"0", "2", "-3", "three"} {
		t.Setenv("AFTERGLOW_LOG_REPLICAS", text)
		if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_LOG_REPLICAS") || !strings.Contains(err.Error(), "set 1") {
			t.Errorf("%q: got %v, want an error that says what to set", text, err)
		}
	}
}

func TestAddresses(t *testing.T) { // not parallel: it sets the environment
	for _, name := range []string{"AFTERGLOW_PUBLIC_URL", "AFTERGLOW_MEDIA_URL"} {
		for text, want := range map[string]string{"": "", "https://cdn.example": "https://cdn.example", "http://cdn.example:8443/av/": "http://cdn.example:8443/av"} {
			t.Setenv(name, text)
			c, err := (run.Config{}).FromEnv()
			if got := map[string]string{"AFTERGLOW_PUBLIC_URL": c.PublicURL, "AFTERGLOW_MEDIA_URL": c.MediaURL}[name]; err != nil || got != want {
				t.Errorf("%s=%s is %q (%v), want %q", name, text, got, err, want)
			}
		}
		for _, text := range []string{"cdn.example", "/media", "ftp://cdn.example", "https://", "https://%zz"} {
			t.Setenv(name, text)
			if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "such as https://") {
				t.Errorf("%s=%s: got %v, want an error that says what to set", name, text, err)
			}
		}
		t.Setenv(name, "")
	}
}

func TestMediaSettings(t *testing.T) { // not parallel: it sets the environment
	t.Setenv("AFTERGLOW_SOURCES", "drop")
	t.Setenv("AFTERGLOW_SPRITE_INTERVAL", "2s")
	if c, err := (run.Config{}).FromEnv(); err != nil || !c.DropSources || c.SpriteInterval != 2*time.Second {
		t.Errorf("got %+v, %v", c, err)
	}
	for name, wrong := range map[string]string{"AFTERGLOW_SOURCES": "burn", "AFTERGLOW_SPRITE_INTERVAL": "2"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, wrong)
			if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want an error that names it", err)
			}
		})
	}
}

func TestUploadLimit(t *testing.T) { // not parallel: it sets the environment
	for text, want := range map[string]int64{
		"": 0, "1": 1, "200GB": 200e9, "200 gb": 200e9, "1.5TiB": 3 << 39, "512M": 512e6, "4Ki": 4096, "7 bytes": 7,
	} {
		t.Setenv("AFTERGLOW_UPLOAD_LIMIT", text)
		if c, err := (run.Config{}).FromEnv(); err != nil || c.UploadLimit != want {
			t.Errorf("%q is %d bytes (%v), want %d", text, c.UploadLimit, err, want)
		}
	}
	for _, text := range []string{"0", "-1", "many", "200 XB", "1e9", "99999999PB"} {
		t.Setenv("AFTERGLOW_UPLOAD_LIMIT", text)
		if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_UPLOAD_LIMIT") || !strings.Contains(err.Error(), "such as 200GB") {
			t.Errorf("%q: got %v, want an error that says what to set", text, err)
		}
	}
}
