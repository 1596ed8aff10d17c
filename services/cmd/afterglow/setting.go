package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// setting is one thing that can be set from outside.
type setting struct {
	// Name of the environment variable. Its value may also be in a file that <name>_FILE names.
	Name string `json:"name"`
	Doc  string `json:"doc"`
	// Value is what holds now; a secret that is set is shown as "(hidden)".
	Value string `json:"value"`
	// Default holds when nothing is set.
	Default string `json:"default"`
	// From is "default", "flag", "environment", "file", or "first start" for what `up` makes by itself.
	From string `json:"from"`

	secret bool
	// made is the file in the data folder that `up` keeps it in; scheme comes before what is in it.
	made, scheme string
}

// settings are all there are.
var settings = []setting{
	{Name: "AFTERGLOW_DATA", Doc: "folder of the installation", Default: "./data"},
	{Name: "AFTERGLOW_LISTEN", Doc: "where the pages are served", Default: "127.0.0.1:8080"},
	{Name: "AFTERGLOW_PUBLIC_URL", Doc: "how browsers reach the pages, for links and cookies; follows AFTERGLOW_LISTEN unless set"},
	{Name: "AFTERGLOW_MEDIA_URL", Doc: "CDN in front of the pages' address that the segments of published streams are fetched from, for instance https://cdn.example; none unless set"},
	{Name: "AFTERGLOW_OWNER_EMAIL", Doc: "the owner's account, made at the first start instead of a set-up link"},
	{Name: "AFTERGLOW_OWNER_PASSWORD", Doc: "its password", secret: true},
	{Name: "AFTERGLOW_OIDC_ISSUER", Doc: "OpenID Connect provider that people may sign in with"},
	{Name: "AFTERGLOW_OIDC_CLIENT_ID", Doc: "what the provider knows the platform by"},
	{Name: "AFTERGLOW_OIDC_CLIENT_SECRET", Doc: "the secret that goes with it", secret: true},
	{Name: "AFTERGLOW_OIDC_NAME", Doc: "what people call the provider", Default: "single sign-on"},
	{Name: "AFTERGLOW_UPLOAD_LIMIT", Doc: "how large a file may be that is sent, for instance 200GB; unset, as large as the object store takes"},
	{Name: "AFTERGLOW_LOG_REPLICAS", Doc: "how many servers of a NATS cluster keep each log: 1, 3 or 5; unset, the logs stay as they are"},
	{Name: "AFTERGLOW_SOURCES", Doc: "keep, or drop to remove the file that was sent once its clip can be played without it", Default: "keep"},
	{Name: "AFTERGLOW_SPRITE_INTERVAL", Doc: "how far apart the small pictures are that people seek by, such as 5s; follows the length of the clip unless set"},
	{Name: "AFTERGLOW_CHAT_RETENTION", Doc: "how long chat and activity are kept, in days such as 90d; what is sealed with a stream stays with it", Default: "30d"},
	{Name: "AFTERGLOW_MARK_ROLES", Doc: "who may set markers with !mark in the chat: broadcaster, moderator, vip, subscriber, everyone, with commas between them", Default: "broadcaster,moderator"},
	{Name: "AFTERGLOW_SECRET_KEY", Doc: "encrypts the secrets that are kept: 32 random bytes in base64, the same for every process", secret: true, made: "secret-key"},
	{Name: "TWITCH_CLIENT_ID", Doc: "the application that is registered at Twitch; unset, it is given in the settings"},
	{Name: "TWITCH_CLIENT_SECRET", Doc: "the secret that goes with it", secret: true},
	{Name: "TWITCH_EVENTSUB_SECRET", Doc: "signs what Twitch sends to the webhook, 10 to 100 characters; made when it is first needed unless set", secret: true},
	{Name: "AFTERGLOW_TWITCH_TRANSPORT", Doc: "how Twitch tells what happens: websocket, or webhook where it can reach AFTERGLOW_PUBLIC_URL by https", Default: "websocket"},
	{Name: "AFTERGLOW_TWITCH_AUTH_URL", Doc: "where one signs in to Twitch", Default: "https://id.twitch.tv/oauth2"},
	{Name: "AFTERGLOW_TWITCH_API_URL", Doc: "Twitch's API", Default: "https://api.twitch.tv/helix"},
	{Name: "AFTERGLOW_TWITCH_EVENTSUB_URL", Doc: "Twitch's websocket", Default: "wss://eventsub.wss.twitch.tv/ws"},
	{Name: "AFTERGLOW_TWITCH_IMAGES_URL", Doc: "Twitch's pictures of emotes and badges", Default: "https://static-cdn.jtvnw.net"},
	{Name: "AFTERGLOW_OBS_PASSWORD", Doc: "password of obs-websocket, for afterglow obs", secret: true},
	{Name: "AFTERGLOW_SERVER", Doc: "address of the Afterglow that afterglow obs tells, when it runs on another machine"},
	{Name: "AFTERGLOW_TOKEN", Doc: "API token of an editor there", secret: true},
	{Name: "OTEL_EXPORTER_OTLP_ENDPOINT", Doc: "OpenTelemetry collector that traces go to; none unless set"},
	{Name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Doc: "another one for traces alone"},
	{Name: "OTEL_SERVICE_NAME", Doc: "what traces call the platform", Default: "afterglow"},
	{Name: "NATS_URL", Doc: "outside NATS server; set, the commands work on that installation instead of the data folder's", secret: true},
	{Name: "DATABASE_URL", Doc: "outside PostgreSQL with pgvector", secret: true, made: "postgres/address"},
	{Name: "S3_ENDPOINT", Doc: "outside object store, for instance https://s3.example", made: "s3/address", scheme: "http://"},
	{Name: "S3_PUBLIC_ENDPOINT", Doc: "how browsers reach the object store, for uploads; S3_ENDPOINT unless set"},
	{Name: "S3_BUCKET", Doc: "bucket for everything", Default: "afterglow"},
	{Name: "S3_ACCESS_KEY", Doc: "key of the object store", secret: true, made: "s3/access-key"},
	{Name: "S3_SECRET_KEY", Doc: "the secret that goes with it", secret: true, made: "s3/secret-key"},
}

// read tells what a setting is now, and where that is from.
func (s setting) read(data string) (setting, error) {
	value, err := run.Env(s.Name)
	if err != nil {
		return s, err
	}
	s.Value, s.From = s.Default, "default"
	switch {
	case s.Name == "AFTERGLOW_DATA":
		if s.Value = data; value == "" && !isDefault(data, s.Default) {
			s.From = "flag"
		} else if value != "" {
			s.From = "environment"
			if !isDefault(data, value) {
				s.From = "flag"
			}
		}
	case value != "":
		s.Value, s.From = value, "environment"
		if os.Getenv(s.Name+"_FILE") != "" {
			s.From = "file"
		}
	case s.made != "" && os.Getenv("NATS_URL") == "":
		if text, err := os.ReadFile(filepath.Join(data, s.made)); err == nil {
			s.Value, s.From = s.scheme+strings.TrimSpace(string(text)), "first start"
		}
	}
	if s.secret && s.Value != "" {
		s.Value = "(hidden)"
	}
	return s, nil
}

// isDefault tells whether a folder is the one that is meant by a text.
func isDefault(folder, text string) bool {
	absolute, err := filepath.Abs(text)
	return err == nil && absolute == folder
}
