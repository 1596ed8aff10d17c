module github.com/afterglow-live/afterglow/events

go 1.26.0
