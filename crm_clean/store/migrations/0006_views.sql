-- The views are no longer written here: their texts are in the folder `views`, and they are made anew whenever the last
-- migration is applied. Who changes a text adds a migration, be it an empty one as this.
SELECT 1;
